import pytest

pytestmark = pytest.mark.browser


def test_a_refusal_keeps_the_servers_words(blank):
    blank.route(
        "**/api/chat",
        lambda route: route.fulfill(
            status=429,
            headers={"Retry-After": "7", "Content-Type": "application/json"},
            body='{"success": false, "error": "Slow down.", "code": "rate_limited"}',
        ),
    )
    refused = blank.evaluate(
        """async () => {
          const { request } = await import("/static/js/api.js");
          const error = await request("/api/chat", { body: {} }).catch((error) => error);
          return [error.status, error.code, error.message, error.retryAfter];
        }"""
    )
    assert refused == [429, "rate_limited", "Slow down.", 7]


def test_a_refusal_that_is_not_ours_is_other(blank):
    blank.route("**/api/chat", lambda route: route.fulfill(status=502, body="<h1>Bad gateway"))
    refused = blank.evaluate(
        """async () => {
          const { request } = await import("/static/js/api.js");
          const error = await request("/api/chat", { body: {} }).catch((error) => error);
          return [error.status, error.code];
        }"""
    )
    assert refused == [502, "other"]


def test_writes_carry_the_csrf_token(blank):
    sent = []
    blank.route("**/api/chat", lambda route: (sent.append(route.request), route.fulfill(body="{}")))
    blank.evaluate(
        """async () => {
          document.cookie = "csrftoken=abc";
          const { request } = await import("/static/js/api.js");
          await request("/api/chat", { body: { message: "hola" } });
        }"""
    )
    assert sent[0].headers["x-csrftoken"] == "abc"
    assert sent[0].post_data_json == {"message": "hola"}


def test_the_browsers_time_zone_fills_what_was_not_chosen(browser, files_url):
    page = browser.new_context(timezone_id="Europe/Madrid").new_page()
    page.goto(f"{files_url}/tests/pages/blank.html")
    values = page.evaluate(
        """async () => {
          const { fillTimezone } = await import("/static/js/timezone.js");
          const options = "<option>UTC<option>Europe/Madrid<option>Asia/Tokyo";
          const chosen = options.replace("<option>A", "<option selected>A");
          document.body.innerHTML = `
            <select data-timezone="detect">${options}</select>
            <select data-timezone="detect">${chosen}</select>
            <select data-timezone="detect"><option>UTC<option>Asia/Tokyo</select>`;
          fillTimezone(document);
          return [...document.querySelectorAll("select")].map((field) => field.value);
        }"""
    )
    assert values == ["Europe/Madrid", "Asia/Tokyo", "UTC"]


def test_shortcuts_leave_fields_and_browser_keys_alone(blank):
    pressed = blank.evaluate(
        """async () => {
          const { onKeys } = await import("/static/js/shortcuts.js");
          document.body.innerHTML = "<input><button>x</button>";
          const pressed = [];
          onKeys({ 1: (event) => pressed.push(event.target.tagName) });
          const press = (selector, options) =>
            document.querySelector(selector).dispatchEvent(
              new KeyboardEvent("keydown", { key: "1", bubbles: true, ...options }));
          press("button");
          press("input");
          press("button", { ctrlKey: true });
          return pressed;
        }"""
    )
    assert pressed == ["BUTTON"]


def test_a_theme_shows_as_soon_as_it_is_chosen(blank):
    themes = blank.evaluate(
        """async () => {
          const { previewTheme } = await import("/static/js/theme.js");
          document.body.innerHTML = ["system", "light", "dark"]
            .map((theme) => `<input type="radio" name="theme" value="${theme}">`).join("");
          previewTheme(document);
          const seen = [];
          for (const theme of ["dark", "light", "system"]) {
            document.querySelector(`[value=${theme}]`).click();
            seen.push(document.documentElement.dataset.theme ?? null);
          }
          return seen;
        }"""
    )
    assert themes == ["dark", "light", None]


def test_without_the_network_the_page_stays_and_says_so(blank):
    shown = blank.evaluate(
        """async () => {
          document.body.innerHTML = `<div data-offline hidden>Offline</div><input value="typed">`;
          const notice = document.querySelector("[data-offline]");
          const { surviveTrouble } = await import("/static/js/trouble.js");
          let reloads = 0;
          surviveTrouble(notice, () => { reloads += 1; });
          const tell = (name, detail) => document.body.dispatchEvent(
            new CustomEvent(`htmx:${name}`, { bubbles: true, detail }));
          const seen = [];
          const see = () => seen.push(!notice.hidden, reloads);
          tell("sendError", {}); tell("afterRequest", { successful: false }); see();
          tell("afterRequest", { successful: true }); see();
          tell("responseError", {}); tell("afterRequest", { successful: false }); see();
          return [...seen, document.querySelector("input").value];
        }"""
    )
    assert shown == [True, 0, False, 0, False, 1, "typed"]


def test_a_form_begins_at_the_first_mistake(blank):
    focused = blank.evaluate(
        """async () => {
          document.body.innerHTML = `<main><input id="right">
            <input id="wrong" aria-invalid="true"><input id="too" aria-invalid="true"></main>`;
          const { beginAtMistake } = await import("/static/js/mistakes.js");
          beginAtMistake(document);
          const begun = document.activeElement.id;
          // A script that comes late takes the keys from nobody.
          document.querySelector("#right").focus();
          beginAtMistake(document);
          return [begun, document.activeElement.id];
        }"""
    )
    assert focused == ["wrong", "right"]
