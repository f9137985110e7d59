"""How a chat page asks for corrections that a turn had no time for; the test plays the server."""

import pytest

pytestmark = pytest.mark.browser

ASK = """
async ([answers, announced]) => {
  const { LateCorrections } = await import("/static/js/chat/late.js");
  const said = [];
  const message = {
    words: "",
    get isChecking() { return Boolean(this.words); },
    checking(words) { this.words = words; said.push(words); },
  };
  const asked = [];
  const shown = [];
  const late = new LateCorrections({
    word: (name) => name,
    onCorrection: (to, correction) => shown.push([to === message, correction.id]),
    pauses: [1, 1, 1],
    ask: async (id) => {
      asked.push(id);
      const answer = answers.shift();
      if (!answer) throw new TypeError("Failed to fetch");
      return answer;
    },
  });
  late.expect(message, "m1", { announced });
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { said, asked: asked.length, shown, words: message.words };
}
"""
NOT_YET = {"state": "later", "corrections": []}


def ask(page, *answers, announced=True):
    return page.evaluate(ASK, [list(answers), announced])


def test_it_asks_until_they_are_there_and_shows_them(blank):
    found = {"state": "checked", "corrections": [{"id": "a"}, {"id": "b"}]}
    told = ask(blank, NOT_YET, found)
    assert told["asked"] == 2
    assert told["shown"] == [[True, "a"], [True, "b"]]
    assert (told["said"][0], told["words"]) == ("checking", "")


def test_a_question_that_does_not_get_through_is_asked_again(blank):
    told = ask(blank, None, {"state": "checked", "corrections": []})
    assert (told["asked"], told["words"], told["shown"]) == (2, "", [])


def test_after_the_last_pause_they_are_said_to_come_later(blank):
    told = ask(blank, *[NOT_YET] * 9)
    assert (told["asked"], told["words"]) == (3, "checking.later")


def test_what_is_not_known_to_be_unchecked_says_nothing_until_it_is(blank):
    assert ask(blank, {"state": "checked", "corrections": []}, announced=False)["said"] == [""]
    assert ask(blank, NOT_YET, announced=False)["said"][0] == "checking"
    assert ask(blank, announced=False)["said"] == []


def test_what_is_not_told_beside_the_words_is_not_waited_for(blank):
    told = ask(blank, {"state": "unchecked", "corrections": []}, announced=False)
    assert (told["asked"], told["words"]) == (1, "")


MARKED = """
async ([text, first, second]) => {
  const { LearnerMessage } = await import("/static/js/chat/messages.js");
  const html = `<article><div data-words></div><p data-checking hidden></p>
    <details data-corrections hidden><summary data-corrections-count></summary>
    <ul data-corrections-list></ul></details></article>`;
  const card = document.createElement("template");
  const names = ["original", "corrected", "better", "make-card", "hint", "reason"];
  card.innerHTML = `<li>${names.map((name) => `<p data-${name}></p>`).join("")}</li>`;
  const user = document.createElement("template");
  user.innerHTML = html;
  const word = (name, { n = "" } = {}) => `${name} ${n}`;
  const made = LearnerMessage.make(user, text, word);
  for (const one of first) made.correct(one, card);
  document.body.replaceChildren(made.element.cloneNode(true));
  // As a page that is loaded anew has it.
  const again = LearnerMessage.of(document.body.firstElementChild, word);
  for (const one of second) again.correct(one, card);
  const all = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
  return {
    same: again === LearnerMessage.of(document.body.firstElementChild, word),
    slips: all("[data-slip]"),
    cards: document.querySelectorAll("[data-corrections-list] > li").length,
    count: all("[data-corrections-count]"),
  };
}
"""


def correction(name, start, end):
    told = {"id": name, "start": start, "end": end, "original": "o", "corrected": "c"}
    return told | {"reason": "Why.", "manner": "explicit"}


def test_another_try_adds_only_what_stands_apart(blank):
    text = "😀 soy cansado y contenta"
    first = [correction("a", 2, 5)]
    second = [correction("b", 2, 5), correction("c", 2, 13), correction("d", 16, 24)]
    assert blank.evaluate(MARKED, [text, first, second]) == {
        "same": True,
        "slips": ["soy", "contenta"],
        "cards": 2,
        "count": ["correction.many 2"],
    }
