"""The modules of the review page without the page: letters, intervals, the sitting, the outbox."""

import pytest

pytestmark = pytest.mark.browser

START = """
{cards: [
    {id: "a", noteId: "n1", schedule: {scheduler: "fsrs", state: "new"},
     next: {again: {intervalDays: 0, dueAt: at(1)}, hard: {intervalDays: 0, dueAt: at(5)},
            good: {intervalDays: 0, dueAt: at(10)}, easy: {intervalDays: 8, dueAt: at(9999)}}},
    {id: "b", noteId: "n1", schedule: {scheduler: "fsrs", state: "new"}},
    {id: "c", noteId: "n2", schedule: {scheduler: "sm2", state: "review"},
     next: {again: {intervalDays: 1, dueAt: at(9999)}}},
], counts: {new: 2, learning: 0, review: 1}}
"""
SITTING = (
    """async () => {
        const { Session, goodRating, ratingNames } = await import("/static/js/review/session.js");
        let now = 1_000_000;
        const at = (minutes) => new Date(now + minutes * 60_000).toISOString();
        const session = new Session("""
    + START
    + """, () => now);
        const rate = (rating) => {
            const card = session.current();
            const clientId = card.id + session.done;
            return session.answer(card, { cardId: card.id, rating, clientId });
        };
        const ids = () => session.current()?.id ?? null;
"""
)
OUTBOX = """async () => {
    const { Outbox } = await import("/static/js/review/outbox.js");
    const kept = new Map();
    const storage = {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, value),
        removeItem: (key) => kept.delete(key),
    };
    const sent = [];
    let network = async (answers) => answers.map(() => ({ status: "done" }));
    const send = async (answers) => {
        sent.push(answers.map((one) => one.clientId).join(""));
        return network(answers);
    };
    const states = [];
    const refused = [];
    const make = () => new Outbox({
        key: "k", storage, send,
        onState: (state) => states.push(state.waiting),
        onRefused: (answer) => refused.push(answer.clientId),
    });
    const answer = (clientId) => ({ clientId, cardId: "card" });
    const down = async () => { throw new TypeError("no network"); };
"""


@pytest.mark.parametrize(
    ("typed", "expected", "pieces", "right"),
    [
        ("la manzana", "la manzana", [["la manzana", "same"]], True),
        ("arbol", "árbol", [["á", "nearly"], ["rbol", "same"]], True),
        ("El pan", "el pan", [["e", "nearly"], ["l pan", "same"]], True),
        ("manana", "manzana", [["man", "same"], ["z", "missing"], ["ana", "same"]], False),
        ("casas", "casa", [["casa", "same"], ["s", "extra"]], False),
        ("  el   pan ", "el pan", [["el pan", "same"]], True),
    ],
)
def test_typed_letters_beside_those_asked_for(blank, typed, expected, pieces, right):
    found = blank.evaluate(
        """async ([typed, expected]) => {
            const { compared, isRight } = await import("/static/js/review/compare.js");
            const pieces = compared(typed, expected);
            return [pieces.map((piece) => [piece.text, piece.kind]), isRight(pieces)];
        }""",
        [typed, expected],
    )
    assert found == [pieces, right]


@pytest.mark.parametrize(
    ("days", "minutes", "words"),
    [
        (0, 1, "1 min"),
        (0, 9.6, "10 min"),
        (0, 180, "3 hr"),
        (1, 0, "1 day"),
        (2.5, 0, "3 days"),
        (62.5, 0, "2.1 months"),
        (800, 0, "2.2 years"),
    ],
)
def test_intervals_as_buttons_say_them(blank, days, minutes, words):
    assert words == blank.evaluate(
        """async ([intervalDays, minutes]) => {
            const { intervalWords } = await import("/static/js/review/intervals.js");
            const dueAt = new Date(minutes * 60_000).toISOString();
            return intervalWords({ intervalDays, dueAt }, { now: 0 });
        }""",
        [days, minutes],
    )


class TestSitting:
    def run(self, blank, steps):
        return blank.evaluate(SITTING + steps + "}")

    def test_a_card_in_its_steps_comes_back_after_the_others(self, blank):
        seen = self.run(blank, "const seen = [ids()]; rate(3); seen.push(ids()); return seen;")
        assert seen == ["a", "c"]

    def test_it_comes_back_when_its_minutes_are_over(self, blank):
        steps = "rate(1); now += 61_000; return [ids(), session.counts];"
        assert self.run(blank, steps) == ["a", {"new": 1, "learning": 1, "review": 1}]

    def test_the_other_side_of_a_note_waits(self, blank):
        assert self.run(blank, "rate(4); rate(1); return ids();") is None

    def test_the_servers_word_gives_a_card_its_next_times(self, blank):
        steps = """
            rate(1);
            const schedule = { scheduler: "fsrs", state: "learning", dueAt: at(3) };
            const next = { good: { intervalDays: 0, dueAt: at(13) } };
            const settled = session.settle("a", { schedule, next });
            now += 61_000;
            const early = ids();
            now += 120_000;
            return [Boolean(settled.next), early, ids()];
        """
        assert self.run(blank, steps) == [True, "c", "a"]

    def test_a_card_the_server_has_done_with_does_not_come_back(self, blank):
        steps = """
            rate(1);
            session.settle("a", { schedule: { state: "review", dueAt: at(9999) } });
            now += 61_000;
            return ids();
        """
        assert self.run(blank, steps) == "c"

    def test_taken_back_all_is_as_before(self, blank):
        steps = """
            const before = JSON.stringify([session.counts, ids()]);
            rate(3);
            session.undo();
            rate(4);
            session.undo();
            return [before === JSON.stringify([session.counts, ids()]), session.undo()];
        """
        assert self.run(blank, steps) == [True, None]

    def test_what_is_at_hand_or_unsent_is_not_taken_twice(self, blank):
        steps = """
            rate(4);
            session.take({ cards: [{ id: "a" }, { id: "c" }, { id: "d", noteId: "n9" }], counts:
                { new: 1, learning: 0, review: 1 } }, () => true);
            const seen = [];
            while (ids()) { seen.push(ids()); rate(2); }
            return seen;
        """
        assert self.run(blank, steps) == ["c", "d"]

    def test_the_space_bar_means_good_in_both_scales(self, blank):
        steps = """
            const [fsrs, sm2] = ["fsrs", "sm2"].map((scheduler) => ({ schedule: { scheduler } }));
            return [goodRating(fsrs), goodRating(sm2), ratingNames(sm2).length];
        """
        assert self.run(blank, steps) == [3, 4, 5]


class TestOutbox:
    def run(self, blank, steps):
        return blank.evaluate(OUTBOX + steps + "}")

    def test_answers_are_sent_one_after_another(self, blank):
        steps = """
            const outbox = make();
            outbox.push(answer("a"));
            outbox.push(answer("b"));
            await outbox.push(answer("c"));
            return [sent, outbox.waiting, kept.size];
        """
        assert self.run(blank, steps) == [["a", "bc"], 0, 0]

    def test_without_a_network_they_are_kept_and_sent_in_order_when_it_is_back(self, blank):
        steps = """
            const up = network;
            network = down;
            const first = make();
            await first.push(answer("a"));
            await first.push(answer("b"));
            const stored = JSON.parse(kept.get("k")).length;
            sent.length = 0;
            network = up;
            const second = make();
            const gone = await second.flush();
            return [stored, sent, gone, kept.size];
        """
        assert self.run(blank, steps) == [2, ["ab"], True, 0]

    def test_one_that_cannot_be_read_holds_nothing_up(self, blank):
        steps = """
            const up = network;
            network = async (answers) => {
                if (!answers.some((one) => one.clientId === "b")) return up(answers);
                throw Object.assign(new Error("bad"), { status: 400, code: "invalid" });
            };
            const outbox = make();
            outbox.push(answer("x"));
            for (const one of "abc") outbox.push(answer(one));
            await outbox.flush();
            while (outbox.waiting) await outbox.flush();
            return [refused, kept.size];
        """
        assert self.run(blank, steps) == [["b"], 0]

    def test_a_refusal_is_told_and_forgotten(self, blank):
        steps = """
            network = async () => [{ status: "refused", code: "not_found" }];
            const outbox = make();
            await outbox.push(answer("a"));
            return [refused, outbox.waiting];
        """
        assert self.run(blank, steps) == [["a"], 0]

    def test_who_is_signed_out_keeps_their_answers(self, blank):
        steps = """
            network = async () => { throw Object.assign(new Error("no"), { status: 401 }); };
            const outbox = make();
            await outbox.push(answer("a"));
            return [outbox.waiting, kept.size, sent.length];
        """
        assert self.run(blank, steps) == [1, 1, 1]

    def test_an_answer_is_withdrawn_until_it_leaves(self, blank):
        steps = """
            network = down;
            const outbox = make();
            await outbox.push(answer("a"));
            return [outbox.withdraw("a"), outbox.withdraw("a"), outbox.waiting, kept.size];
        """
        assert self.run(blank, steps) == [True, False, 0, 0]

    def test_two_tabs_do_not_forget_each_others_answers(self, blank):
        steps = """
            const up = network;
            network = down;
            const [one, other] = [make(), make()];
            await one.push(answer("a"));
            await other.push(answer("b"));
            const both = JSON.parse(kept.get("k")).map((each) => each.clientId);
            network = up;
            await other.flush();
            return [both, JSON.parse(kept.get("k")).map((each) => each.clientId)];
        """
        assert self.run(blank, steps) == [["a", "b"], ["a"]]

    def test_a_browser_that_keeps_nothing_still_sends(self, blank):
        steps = """
            storage.setItem = () => { throw new Error("full"); };
            const outbox = make();
            const gone = await outbox.push(answer("a"));
            kept.set("k", "not json");
            return [gone, sent, make().waiting];
        """
        assert self.run(blank, steps) == [True, ["a"], 0]


@pytest.mark.parametrize(
    ("text", "start", "end", "made"),
    [
        ("Busco una manzana", 6, 9, "Busco {{c1::una}} manzana"),
        ("{{c1::Busco}} una", 14, 17, "{{c1::Busco}} {{c2::una}}"),
        ("", 0, 0, "{{c1::}}"),
    ],
)
def test_marked_words_become_a_gap(blank, text, start, end, made):
    assert made == blank.evaluate(
        """async ([text, start, end]) => {
            const { withGap } = await import("/static/js/decks.js");
            return withGap(text, start, end).text;
        }""",
        [text, start, end],
    )


def test_cards_are_typed_one_after_another(blank):
    told = blank.evaluate(
        """async () => {
            document.body.innerHTML = `<form data-note data-fresh>
              <textarea data-front></textarea>
              <p data-gap><button type="button" data-make-gap></button></p></form>`;
            const [form, front] = document.querySelectorAll("form, textarea");
            let sent = 0;
            form.addEventListener("submit", (event) => { event.preventDefault(); sent += 1; });
            await import("/static/js/decks.js");
            const focused = document.activeElement === front;
            for (const ctrlKey of [false, true]) {
                const press = { key: "Enter", ctrlKey, bubbles: true };
                front.dispatchEvent(new KeyboardEvent("keydown", press));
            }
            return [focused, sent];
        }"""
    )
    assert told == [True, 1]


PIECES = """[
    { text: "Hola. Busco " }, { id: "1", corrected: "una", text: "un" }, { text: " manzana " },
    { id: "2", corrected: "roja", text: "rojo" }, { text: ". ¿Hay peras?" },
]"""


@pytest.mark.parametrize(
    ("slip", "pieces", "front"),
    [
        ("1", PIECES, "Busco {{c1::una}} manzana roja."),
        ("2", PIECES, "Busco una manzana {{c1::roja}}."),
        ("3", PIECES, "un"),
    ],
)
def test_a_correction_becomes_a_sentence_with_a_gap(blank, slip, pieces, front):
    corrected = {"1": "una", "2": "roja", "3": "una"}[slip]
    card = blank.evaluate(
        f"""async ([id, corrected]) => {{
            const {{ cardOf }} = await import("/static/js/chat/cards.js");
            const pieces = {pieces};
            const about = {{ original: "un", reason: "why", language: "es" }};
            return cardOf({{ id, corrected, pieces, ...about }});
        }}""",
        [slip, corrected],
    )
    assert card["front"] == front
    assert card["source"] == {"type": "conversations.correction", "id": slip}
