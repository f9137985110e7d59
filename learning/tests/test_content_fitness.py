"""Moderation of the shelf: what staff write, and what they bring in as a file."""

import json

import pytest
import tablib
from django.urls import reverse

from accounts.tests.factories import AdminFactory
from ai.models import ModerationFlag
from learning.content.exchange import ContentResource
from learning.content.fitness import judge_content, text_of
from learning.models import ContentItem
from learning.tests.content import lesson

pytestmark = pytest.mark.django_db
ADD = reverse("admin:learning_contentitem_add")


@pytest.fixture
def cleo(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


def form(explanation, **fields):
    told = {
        "content_type": "lesson",
        "language": "es",
        "level": "A2",
        "title": "My lesson",
        "topics": "food",
        "minutes": "4",
        "content": json.dumps({"explanation": {"en": explanation}}),
        "is_active": "on",
    }
    return told | fields


def imported(explanation):
    content = json.dumps({"explanation": {"en": explanation}})
    row = ["", "es", "lesson", "A2", "My lesson", "food", "", "4", content, "1"]
    names = (
        "id", "language", "content_type", "level", "title", "topics", "about", "minutes",
        "content", "is_active",
    )  # fmt: skip
    return ContentResource().import_data(tablib.Dataset(row, headers=names))


def test_what_is_unfit_is_not_saved_and_can_be_appealed(client, cleo):
    page = client.post(ADD, form("How to build a bomb: I will kill you.")).content.decode()
    assert "That cannot be sent here." in page
    assert not ContentItem.objects.exists()
    flag = ModerationFlag.objects.get()
    assert (flag.user, flag.surface, flag.action) == (cleo, "content", "blocked")


def test_what_won_its_appeal_is_saved(client, cleo):
    told = form("I will kill you.")
    client.post(ADD, told)
    ModerationFlag.objects.update(status=ModerationFlag.Status.OVERTURNED)
    assert client.post(ADD, told).status_code == 302
    assert ContentItem.objects.exists()


def test_what_is_doubtful_is_saved_and_queued_once(client, cleo):
    told = form("You are a piece of shit.")
    assert client.post(ADD, told).status_code == 302
    item = ContentItem.objects.get()
    url = reverse("admin:learning_contentitem_change", args=[item.pk])
    assert client.post(url, told).status_code == 302
    flag = ModerationFlag.objects.get()
    assert (flag.source_type, flag.source_id) == ("learning.contentitem", item.pk)
    assert (flag.action, flag.status) == ("queued", "queued")


def test_an_ordinary_lesson_leaves_no_flag(client, cleo):
    assert client.post(ADD, form("About apples.")).status_code == 302
    assert not ModerationFlag.objects.exists()


def test_a_file_with_something_unfit_is_refused_whole():
    result = imported("I will kill you.")
    assert result.has_errors() or result.has_validation_errors()
    assert not ContentItem.objects.exists()
    assert not imported("About apples.").has_errors()


def test_every_part_is_looked_at():
    item = lesson()
    item.content = {
        "explanation": {"en": "one"},
        "examples": [{"text": "dos", "translation": "two"}],
        "slips": [{"wrong": "x", "right": "tres"}],
    }
    assert {"one", "dos", "two", "tres"} <= set(text_of(item).split("\n"))
    assert judge_content(author=AdminFactory(), item=item).action is None
