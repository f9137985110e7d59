"""How the browser follows one turn through connections that break; the test plays the server."""

import pytest

pytestmark = pytest.mark.browser

FOLLOW = """
async ([script]) => {
  const { followTurn } = await import("/static/js/chat/turn.js");
  const { ApiError } = await import("/static/js/api.js");
  const calls = [];
  const answer = (name) => {
    const next = script.shift();
    calls.push(name);
    const { refuse: status, code = "x" } = next;
    if (status) throw new ApiError({ status, code, message: "" });
    if (next.unreachable) throw new TypeError("Failed to fetch");
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      start(controller) {
        for (const [seq, type, data] of next.events) {
          const json = JSON.stringify({ type, seq, turnId: "t", ...data });
          controller.enqueue(encoder.encode(`id: ${seq}\\nevent: ${type}\\ndata: ${json}\\n\\n`));
        }
        // Later, because an error also drops what was not read yet.
        if (next.cut) setTimeout(() => controller.error(new TypeError("network error")), 50);
        else controller.close();
      },
    });
    return new Response(body);
  };
  const seen = [];
  let thrown = null;
  try {
    const turn = followTurn({
      open: async () => answer("open"),
      resume: async (id, after) => answer(`resume ${id} after ${after}`),
      wait: async () => {},
    });
    for await (const event of turn) seen.push(event.state ?? event.seq);
  } catch (error) {
    thrown = error.code ?? error.name;
  }
  return { seen, calls, thrown };
}
"""

START = [1, "message.start", {"messageId": "m", "conversationId": "c", "provider": "builtin"}]
END = [4, "message.end", {"text": "ab"}]


def delta(seq, text="a"):
    return [seq, "delta", {"text": text}]


def follow(page, *script):
    return page.evaluate(FOLLOW, [list(script)])


def test_one_connection(blank):
    followed = follow(blank, {"events": [START, delta(2), delta(3), END]})
    assert followed == {"seen": [1, 2, 3, 4], "calls": ["open"], "thrown": None}


@pytest.mark.parametrize("cut", [True, False], ids=["broken", "closed early"])
def test_a_broken_connection_goes_on_after_the_last_event(blank, cut):
    followed = follow(blank, {"events": [START, delta(2)], "cut": cut}, {"events": [delta(3), END]})
    assert followed["seen"] == [1, 2, "reconnecting", "back", 3, 4]
    assert followed["calls"] == ["open", "resume m after 2"]


def test_events_sent_twice_are_seen_once(blank):
    followed = follow(
        blank, {"events": [START, delta(2)]}, {"events": [START, delta(2), delta(3), END]}
    )
    assert [step for step in followed["seen"] if isinstance(step, int)] == [1, 2, 3, 4]


def test_several_breaks_in_a_row(blank):
    followed = follow(
        blank,
        {"events": [START]},
        {"unreachable": True},
        {"refuse": 503},
        {"events": [delta(2), delta(3), END]},
    )
    assert followed["calls"][1:] == ["resume m after 1"] * 3
    assert followed["seen"][-3:] == [2, 3, 4]


def test_a_message_that_never_arrived_is_sent_again(blank):
    followed = follow(blank, {"unreachable": True}, {"events": [START, delta(2), END]})
    assert followed["calls"] == ["open", "open"]
    assert followed["seen"][-1] == 4


def test_a_message_that_cannot_be_sent_is_given_up(blank):
    followed = follow(blank, *[{"unreachable": True}] * 3)
    assert followed["thrown"] == "TypeError"
    assert followed["calls"] == ["open"] * 3


@pytest.mark.parametrize(("status", "code"), [(409, "turn_in_progress"), (429, "rate_limited")])
def test_a_refusal_is_no_broken_connection(blank, status, code):
    followed = follow(blank, {"refuse": status, "code": code})
    assert followed == {"seen": [], "calls": ["open"], "thrown": code}


def test_a_turn_that_is_gone_ends_the_search(blank):
    followed = follow(blank, {"events": [START]}, {"refuse": 404, "code": "not_found"})
    assert followed["thrown"] == "not_found"


def test_a_server_that_stays_away_is_given_up(blank):
    followed = follow(blank, {"events": [START]}, *[{"unreachable": True}] * 20)
    assert followed["seen"][-1] == "lost"
    assert followed["thrown"] is None


def test_a_reloaded_page_takes_a_turn_up_from_its_beginning(blank):
    called = blank.evaluate(
        """async () => {
          const { followTurn } = await import("/static/js/chat/turn.js");
          const calls = [];
          const resume = async (id, after) => {
            calls.push([id, after]);
            return new Response('id: 1\\nevent: cancelled\\ndata: {"text": ""}\\n\\n');
          };
          for await (const event of followTurn({ resume, messageId: "m" })) calls.push(event.type);
          return calls;
        }"""
    )
    assert called == [["m", 0], "cancelled"]


def test_nothing_is_waited_for_once_the_device_is_back_online(blank):
    assert blank.evaluate(
        """async () => {
          const { backOff } = await import("/static/js/chat/turn.js");
          const waiting = backOff(30);
          window.dispatchEvent(new Event("online"));
          await waiting;
          return true;
        }"""
    )
