"""A moment of a tutoring session by its address: `#t=` and a second."""

import pytest

pytestmark = pytest.mark.browser

PAGE = """
([page, pages]) => {
  const turns = [120, 131, 150, 1900].map((second) =>
    `<li class="said" id="t=${second}" data-start="${second}" tabindex="-1"
      style="height: 60vh"><a href="?t=${second}#t=${second}">said at ${second}</a></li>`);
  document.body.innerHTML = `<div id="session"><a id="other" href="?t=5#t=5">earlier</a>
    <section id="transcript" data-page="${page}" data-pages="${pages}">
    <ol>${turns.join("")}</ol></section></div>`;
}
"""
HERE = "() => [...document.querySelectorAll('.is-here')].map((one) => one.dataset.start)"
NOTHING = "() => document.querySelectorAll('.is-here').length"


def opened(blank, hash_="", *, page=2, pages=3, script="/static/js/tutoring/session.js"):
    blank.evaluate(PAGE, [page, pages])
    blank.evaluate("(to) => history.replaceState(null, '', location.pathname + to)", hash_)
    blank.evaluate("(path) => import(path).then(() => null)", script)
    return blank


@pytest.mark.parametrize(
    ("hash_", "start"),
    [("#t=131", "131"), ("#t=149", "131"), ("#t=120", "120"), ("#t=1900", "1900")],
)
def test_what_is_said_at_a_second_is_marked_and_in_view(blank, hash_, start):
    page = opened(blank, hash_)
    assert page.evaluate(HERE) == [start]
    turn = page.locator(f"[data-start='{start}']")
    assert turn.evaluate("one => one === document.activeElement")
    assert page.evaluate(
        "one => { const box = document.querySelector(one).getBoundingClientRect();"
        " return box.top < innerHeight && box.bottom > 0; }",
        f"[data-start='{start}']",
    )


def test_another_second_moves_the_mark(blank):
    page = opened(blank, "#t=120")
    page.get_by_text("said at 1900").click()
    page.wait_for_function("() => document.querySelector('.is-here')?.dataset.start === '1900'")
    assert page.evaluate(HERE) == ["1900"]
    assert page.evaluate("() => location.search") == ""


def test_the_same_second_again_comes_into_view_again(blank):
    page = opened(blank, "#t=120")
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    page.get_by_text("said at 120").evaluate("one => one.click()")
    page.wait_for_function("() => scrollY < innerHeight")
    assert page.evaluate(HERE) == ["120"]


@pytest.mark.parametrize("hash_", ["#t=5", "#t=99999"])
def test_a_second_of_another_page_is_asked_of_the_server(blank, hash_):
    page = opened(blank)
    page.evaluate("(to) => { location.hash = to; }", hash_)
    page.wait_for_url(f"**?{hash_[1:]}{hash_}")


def test_what_the_server_gave_for_it_is_not_asked_again(blank):
    assert opened(blank, "?t=5#t=5").evaluate(HERE) == ["120"]


@pytest.mark.parametrize("hash_", ["", "#t=", "#t=x", "#t=-4", "#c=2", "#t=12345678901"])
def test_other_addresses_mark_nothing(blank, hash_):
    assert opened(blank, hash_).evaluate(NOTHING) == 0


def test_a_page_without_a_transcript(blank):
    blank.evaluate("() => { document.body.innerHTML = ''; location.hash = '#t=5'; }")
    blank.evaluate("() => import('/static/js/tutoring/session.js').then(() => null)")
    assert blank.evaluate(NOTHING) == 0
