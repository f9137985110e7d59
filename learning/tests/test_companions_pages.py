import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from config.ids import new_id
from learning.models import Bookmark, Companion
from learning.tests.factories import CompanionFactory, CompanionSessionFactory

pytestmark = pytest.mark.django_db

PAGE = "/companions"
TOLD = {
    "name": "Mi abuela",
    "subject": "language",
    "language": "es",
    "topic": "recetas",
    "style": "warm",
    "voice": "female",
    "duration": "20",
    "instructions": "She cooks.",
}


@pytest.fixture
def ana():
    user = UserFactory()
    LearnerLanguageFactory(user=user, language="es", level="B1")
    return user


@pytest.fixture
def browser(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def ours():
    return CompanionFactory(author=None, slug="vendedora", name="La vendedora", topic="la comida")


def text(response):
    return response.content.decode()


class TestList:
    def test_shows_who_is_there_in_the_language_studied(self, browser, ana, ours):
        CompanionFactory(author=ana, name="Mi abuela")
        CompanionFactory(author=None, name="Die Nachbarin", language="de")
        CompanionFactory(author=None, name="Max", subject="maths", language="")

        page = text(browser.get(PAGE))

        assert page.index("Mi abuela") < page.index("La vendedora")
        assert "Max" in page
        assert "Die Nachbarin" not in page
        assert re.search(r'companion-name" lang="es">La vendedora<', page)
        assert "You have made 1 of 3." in page

    def test_searches_and_filters(self, browser, ours):
        CompanionFactory(author=None, name="Max", subject="maths", topic="sets")

        assert "Max" not in text(browser.get(f"{PAGE}?q=comida"))
        assert "La vendedora" not in text(browser.get(f"{PAGE}?subject=maths"))
        assert "Nobody fits that" in text(browser.get(f"{PAGE}?q=zzz"))
        assert "Max" in text(browser.get(f"{PAGE}?subject=odd&page=99"))

    def test_is_empty_with_a_way_on(self, browser):
        page = text(browser.get(PAGE))
        assert "Nobody is here yet" in page
        assert f'href="{PAGE}/new"' in page

    def test_says_when_there_is_no_room_for_more(self, browser, ana):
        CompanionFactory.create_batch(3, author=ana)
        page = text(browser.get(PAGE))
        assert "as many as your plan has room for" in page
        assert f'href="{PAGE}/new"' not in page

    def test_leads_a_newcomer_to_the_beginning(self, client):
        client.force_login(UserFactory())
        assert client.get(PAGE).url == reverse("accounts:onboarding")

    @pytest.mark.parametrize("count", [2, 20])
    def test_queries(self, browser, count, django_assert_max_num_queries):
        CompanionFactory.create_batch(count, author=None)
        with django_assert_max_num_queries(9):
            browser.get(PAGE)


class TestCompanion:
    def test_says_who_it_is(self, browser, ours):
        page = text(browser.get(f"{PAGE}/{ours.pk}"))

        assert "La vendedora" in page
        assert ours.instructions in page
        assert f'name="companion" value="{ours.pk}"' in page
        assert "10 conversations with companions are left" in page
        assert "None yet." in page
        assert f"{PAGE}/{ours.pk}/edit" not in page

    def test_says_how_far_the_built_in_tutor_plays_it(self, browser, ours, settings):
        settings.AI_CHAIN = ["builtin"]
        assert "but not the manner" in text(browser.get(f"{PAGE}/{ours.pk}"))
        settings.AI_CHAIN = ["openai", "builtin"]
        settings.OPENAI_API_KEY = "sk-not-a-key"
        assert "but not the manner" not in text(browser.get(f"{PAGE}/{ours.pk}"))

    def test_says_when_the_plan_has_no_more_room(self, browser, ana, ours):
        CompanionSessionFactory.create_batch(10, user=ana, companion=ours)
        page = text(browser.get(f"{PAGE}/{ours.pk}"))
        assert "You have had the 10 conversations" in page
        assert 'name="companion"' not in page

    def test_what_is_written_is_escaped(self, browser, ana):
        own = CompanionFactory(author=ana, instructions="<script>alert(1)</script>")
        assert "<script>alert(1)" not in text(browser.get(f"{PAGE}/{own.pk}"))

    @pytest.mark.parametrize("rest", ["", "/edit"])
    def test_anothers_is_nowhere(self, browser, rest):
        for pk in (CompanionFactory().pk, new_id()):
            assert browser.get(f"{PAGE}/{pk}{rest}").status_code == 404


class TestMaking:
    def test_makes_one(self, browser, ana):
        response = browser.post(f"{PAGE}/new", TOLD | {"keeps_private": "on"})

        made = Companion.objects.get()
        assert response.url == f"{PAGE}/{made.pk}"
        assert (made.author, made.duration, made.keeps_private) == (ana, 20, True)
        assert "Your companion is ready." in text(browser.get(response.url))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"name": ""}, "This field is required."),
            ({"language": ""}, "Say which language it is for."),
            ({"duration": "999"}, "less than or equal to 180"),
            ({"style": "odd"}, "Select a valid choice"),
            ({"instructions": "I will kill you, you whore."}, "cannot be sent here"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_written(self, browser, change, words):
        response = browser.post(f"{PAGE}/new", TOLD | change)

        assert response.status_code == 400
        assert words in text(response)
        assert "recetas" in text(response)
        assert not Companion.objects.exists()

    def test_has_room_for_as_many_as_the_plan_says(self, browser, ana):
        CompanionFactory.create_batch(3, author=ana)

        assert "Your plan has no more room" in text(browser.get(f"{PAGE}/new"))
        response = browser.post(f"{PAGE}/new", TOLD)
        assert response.status_code == 400
        assert "Your plan has room for 3" in text(response)

    def test_offers_the_language_studied(self, browser):
        assert '<option value="es" selected>' in text(browser.get(f"{PAGE}/new"))


class TestChanging:
    def test_changes_it(self, browser, ana):
        own = CompanionFactory(author=ana)

        response = browser.post(f"{PAGE}/{own.pk}/edit", TOLD | {"name": "Mi tía"})

        assert response.url == f"{PAGE}/{own.pk}"
        own.refresh_from_db()
        assert own.name == "Mi tía"

    def test_keeps_a_manner_that_a_client_chose(self, browser, ana):
        own = CompanionFactory(author=ana, style="like a pirate")

        assert "like a pirate" in text(browser.get(f"{PAGE}/{own.pk}/edit"))
        browser.post(f"{PAGE}/{own.pk}/edit", TOLD | {"style": "like a pirate"})
        own.refresh_from_db()
        assert own.style == "like a pirate"

    def test_deletes_it(self, browser, ana):
        own = CompanionFactory(author=ana)
        assert browser.post(f"{PAGE}/{own.pk}/delete").url == PAGE
        assert not Companion.objects.exists()

    @pytest.mark.parametrize("rest", ["edit", "delete"])
    def test_ours_and_others_are_not_ones_own(self, browser, ana, ours, rest):
        for companion in (ours, CompanionFactory()):
            address = f"{PAGE}/{companion.pk}/{rest}"
            assert browser.post(address, TOLD).status_code == 404
        assert Companion.objects.count() == 2

    def test_deleting_is_no_link(self, browser, ana):
        assert browser.get(f"{PAGE}/{CompanionFactory(author=ana).pk}/delete").status_code == 405


class TestBookmarks:
    def test_are_kept_and_taken_away(self, browser, ana, ours):
        address = f"{PAGE}/{ours.pk}/bookmark"

        assert browser.post(address, {"do": "keep", "next": PAGE}).url == PAGE
        assert Bookmark.objects.get().user == ana
        assert "Take the bookmark" in text(browser.get(PAGE))
        assert browser.post(address, {"do": "remove"}).url == f"{PAGE}/{ours.pk}"
        assert not Bookmark.objects.exists()

    @pytest.mark.parametrize("page", [PAGE, "/talk", "one"])
    def test_can_be_made_from_a_browser(self, ana, ours, page):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(ana)
        shown = text(browser.get(f"{PAGE}/{ours.pk}" if page == "one" else page))
        form = shown[shown.index('class="bookmark"') :]
        token = re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"', form[: form.index("</form>")]
        )

        browser.post(f"{PAGE}/{ours.pk}/bookmark", {"csrfmiddlewaretoken": token[1]})

        assert Bookmark.objects.exists()

    @pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "javascript:x"])
    def test_lead_nowhere_else(self, browser, ours, to):
        response = browser.post(f"{PAGE}/{ours.pk}/bookmark", {"next": to})
        assert response.url == f"{PAGE}/{ours.pk}"

    def test_of_anothers_are_not_made(self, browser):
        assert browser.post(f"{PAGE}/{CompanionFactory().pk}/bookmark").status_code == 404


class TestBackOffice:
    ADMIN = "/admin/learning/companion/"

    def test_adds_one_of_the_house(self, client):
        client.force_login(AdminFactory())

        response = client.post(f"{self.ADMIN}add/", TOLD | {"is_active": "on"})

        assert response.status_code == 302
        made = Companion.objects.get()
        assert (made.author, made.slug, made.name) == (None, "", "Mi abuela")

    def test_leaves_what_comes_from_the_file_and_learners_own(self, client, ours):
        client.force_login(AdminFactory())
        for companion in (ours, CompanionFactory()):
            client.post(f"{self.ADMIN}{companion.pk}/change/", TOLD | {"name": "Otra"})
            client.post(f"{self.ADMIN}{companion.pk}/delete/", {"post": "yes"})
        assert not Companion.objects.filter(name="Otra").exists()
        assert Companion.objects.count() == 2

    def test_hides_ours_alone(self, client, ours):
        own = CompanionFactory()
        client.force_login(AdminFactory())
        chosen = {"action": "hide", "_selected_action": [str(ours.pk), str(own.pk)]}

        client.post(self.ADMIN, chosen)

        hidden = Companion.objects.filter(is_active=False)
        assert [one.pk for one in hidden] == [ours.pk]

    def test_shows_a_tutor_their_students_and_ours(self, client, ana, ours):
        tutor = TutorFactory()
        TutorAssignmentFactory(tutor=tutor, student=ana)
        CompanionFactory(author=ana, name="Ana's")
        CompanionFactory(name="Ben's")
        client.force_login(tutor)

        page = text(client.get(self.ADMIN))

        assert "Ana&#x27;s" in page
        assert "La vendedora" in page
        assert "Ben&#x27;s" not in page

    @pytest.mark.parametrize("count", [2, 20])
    def test_queries(self, client, count, django_assert_max_num_queries):
        client.force_login(AdminFactory())
        for _ in range(count):
            CompanionSessionFactory(companion=CompanionFactory())
        for name in ("companion", "companionsession"):
            with django_assert_max_num_queries(12):
                client.get(f"/admin/learning/{name}/")
