"""The chat's script modules, each alone, in a real browser."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CASES = json.loads((Path(__file__).parent.parent / "markdown_cases.json").read_text())

FRAMES = """
async ([chunks]) => {
  const { frames } = await import("/static/js/sse.js");
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
      controller.close();
    },
  });
  const found = [];
  for await (const frame of frames(body)) found.push(frame);
  return found;
}
"""


def read_frames(page, text, *, size):
    data = text.encode()
    chunks = [list(data[at : at + size]) for at in range(0, len(data), size)]
    return page.evaluate(FRAMES, [chunks])


STREAM = """id: 1
event: delta
data: {"text": "¿Qué 🎉?"}

: heartbeat

id: 2
event: end
data: a
data: b

"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_frames_survive_any_cut(blank, size, line_break):
    found = read_frames(blank, STREAM.replace("\n", line_break), size=size)
    assert found == [
        {"id": "1", "event": "delta", "data": '{"text": "¿Qué 🎉?"}'},
        {"id": "2", "event": "end", "data": "a\nb"},
    ]


def test_a_frame_cut_off_at_the_end_is_no_frame(blank):
    assert read_frames(blank, "id: 1\ndata: whole\n\nid: 2\ndata: ha", size=4096) == [
        {"id": "1", "event": "message", "data": "whole"}
    ]


READING = """
async ([text, live]) => {
  const { Reading } = await import("/static/js/chat/markdown.js");
  const root = document.createElement("div");
  const reading = new Reading(root);
  for (let at = 1; live && at <= text.length; at += 1) {
    reading.show(text.slice(0, at), { live: true });
  }
  reading.show(text);
  return root.innerHTML;
}
"""


@pytest.mark.parametrize("live", [False, True], ids=["at once", "letter by letter"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_markdown_in_the_browser_is_the_servers(blank, case, live):
    assert blank.evaluate(READING, [case["text"], live]) == case["html"]


def test_an_open_bold_never_shows_its_stars(blank):
    shown = blank.evaluate(
        """async () => {
          const { Reading } = await import("/static/js/chat/markdown.js");
          const root = document.createElement("div");
          const reading = new Reading(root);
          const text = "Se dice **fui al mercado** ayer";
          const seen = [];
          for (let at = 1; at <= text.length; at += 1) {
            reading.show(text.slice(0, at), { live: true });
            seen.push(root.textContent);
          }
          return seen;
        }"""
    )
    assert [text for text in shown if "**" in text] == []
    assert shown[-1] == "Se dice fui al mercado ayer"


def test_finished_paragraphs_are_not_drawn_again(blank):
    assert blank.evaluate(
        """async () => {
          const { Reading } = await import("/static/js/chat/markdown.js");
          const root = document.createElement("div");
          const reading = new Reading(root);
          reading.show("Uno.\\n\\nDo", { live: true });
          const first = root.firstElementChild;
          reading.show("Uno.\\n\\nDos.", { live: true });
          return first === root.firstElementChild && root.children.length === 2;
        }"""
    )


CUT = """
async ([text, corrections]) => {
  const { cut } = await import("/static/js/chat/corrections.js");
  return cut(text, corrections).map((piece) => [piece.text, piece.correction?.id ?? null]);
}
"""


@pytest.mark.parametrize(
    ("text", "spans", "pieces"),
    [
        ("😀 yo fue 😀", [(5, 8)], [["😀 yo ", None], ["fue", "0"], [" 😀", None]]),
        ("abcd", [(2, 4), (0, 2)], [["ab", "1"], ["cd", "0"]]),
        ("abcd", [(0, 3), (2, 4)], [["abc", "0"], ["d", None]]),
        ("abcd", [(0, 99)], [["abcd", None]]),
        ("", [], []),
    ],
    ids=["emoji", "any order", "overlap", "outside", "empty"],
)
def test_corrections_cut_code_points(blank, text, spans, pieces):
    corrections = [
        {"id": str(number), "start": start, "end": end} for number, (start, end) in enumerate(spans)
    ]
    assert blank.evaluate(CUT, [text, corrections]) == pieces


def test_a_models_words_never_become_markup(blank):
    html = blank.evaluate(
        """async () => {
          const { drawMarked } = await import("/static/js/chat/corrections.js");
          const root = document.createElement("div");
          const text = "<img src=x> <b>hola</b>";
          drawMarked(root, text, [{ id: '"><script>', start: 0, end: 11 }]);
          return [root.textContent, root.querySelectorAll("img, b, script").length];
        }"""
    )
    assert html == ["<img src=x> <b>hola</b>", 0]


HEAR = """
async ([steps]) => {
  const { Announcer } = await import("/static/js/chat/announce.js");
  const root = document.createElement("div");
  const announcer = new Announcer(root);
  announcer.start();
  const said = [];
  for (const [text, finished] of steps) {
    announcer.hear(text, { finished });
    said.push([...root.children].map((line) => line.textContent));
  }
  return said;
}
"""


def test_answers_are_announced_by_the_sentence(blank):
    said = blank.evaluate(
        HEAR,
        [
            [
                ["¿Qué", False],
                ["¿Qué tal? B", False],
                ["¿Qué tal? **Bien**", False],
                ["¿Qué tal? **Bien**", True],
            ]
        ],
    )
    assert said == [[], ["¿Qué tal?"], ["¿Qué tal?"], ["¿Qué tal?", "Bien"]]


WRITE = """
async ([pieces]) => {
  const { Reply } = await import("/static/js/chat/messages.js");
  const element = document.createElement("article");
  element.innerHTML = "<div data-words></div>";
  const words = element.firstChild;
  const reply = new Reply(element, { onGrow: () => seen.push(words.textContent) });
  const seen = [];
  for (const piece of pieces) reply.add(piece);
  while (words.textContent.length < reply.text.length) await new Promise(requestAnimationFrame);
  return seen;
}
"""
TOGETHER = ["Ayer fuimos al mercado ", "y compramos 🍎🍎🍎 ", "muy ricas."]


def test_words_that_come_together_are_written_one_after_another(blank):
    seen = blank.evaluate(WRITE, [TOGETHER])
    assert len(seen) > 4
    assert seen[-1] == "".join(TOGETHER)
    assert all("".join(TOGETHER).startswith(part) for part in seen)
    assert seen == sorted(seen, key=len)


def test_who_wants_no_motion_sees_them_at_once(blank):
    blank.emulate_media(reduced_motion="reduce")
    assert blank.evaluate(WRITE, [TOGETHER]) == ["".join(TOGETHER)]
