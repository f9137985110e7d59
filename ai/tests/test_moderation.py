"""A provider's moderation, over real HTTP to the loopback server."""

import asyncio

import pytest

from ai import usage
from ai.errors import ProviderError
from ai.models import UsageRecord
from ai.moderation import Action, Category, Severity, by_provider
from ai.moderation.by_provider import check_by_provider
from ai.testing.answers import OPENAI_KINDS, Answer

TEXT = "Hola, ¿qué tal?"

pytestmark = pytest.mark.django_db(transaction=True)


def of(verdict):
    return {(one.category, one.severity) for one in verdict.findings}


async def test_without_a_key_nobody_is_asked(server, settings):
    settings.OPENAI_API_KEY = ""
    assert not by_provider.available()
    assert (await check_by_provider(TEXT)).findings == ()
    assert server.requests == []


@pytest.mark.parametrize("change", [{"AI_CHAIN": ["builtin"]}, {"OPENAI_MODERATION_MODEL": ""}])
async def test_a_provider_that_is_left_out_gets_no_text(server, settings, change):
    for name, value in change.items():
        setattr(settings, name, value)
    assert (await check_by_provider(TEXT)).findings == ()
    assert server.requests == []


async def test_a_text_that_is_fit_has_no_findings(server):
    server.answer(Answer())
    verdict = await check_by_provider(TEXT)
    assert (verdict.findings, verdict.action) == ((), None)
    [seen] = server.requests
    assert seen.path == "/v1/moderations"
    assert seen.body == {"input": TEXT, "model": "omni-moderation-latest"}


@pytest.mark.parametrize(
    ("kind", "category", "severity"),
    [
        ("harassment", Category.PROFANITY, Severity.MODERATE),
        ("hate/threatening", Category.HATE_SPEECH, Severity.HIGH),
        ("violence", Category.VIOLENCE, Severity.LOW),
        ("sexual/minors", Category.SEXUAL_CONTENT, Severity.HIGH),
        ("illicit", Category.ILLEGAL_CONTENT, Severity.MODERATE),
        ("self-harm/intent", Category.SELF_HARM, Severity.HIGH),
    ],
)
async def test_what_is_flagged_becomes_a_finding_of_ours(server, kind, category, severity):
    server.answer(Answer(judged={kind: 0.9}))
    [finding] = (await check_by_provider(TEXT)).findings
    assert (finding.category, finding.severity) == (category, severity)
    assert finding.found_by == "openai:omni-moderation-latest"
    assert TEXT in finding.excerpt


async def test_a_finding_that_is_unsure_counts_less(server):
    server.answer(Answer(judged={"hate/threatening": 0.4, "harassment": 0.3}))
    assert of(await check_by_provider(TEXT)) == {
        (Category.HATE_SPEECH, Severity.MODERATE),
        (Category.PROFANITY, Severity.LOW),
    }


def test_every_kind_of_the_provider_has_a_category():
    assert set(by_provider._KINDS) == set(OPENAI_KINDS)


async def test_a_kind_that_is_new_is_passed_over(server):
    server.answer(Answer(judged={"telepathy": 0.9, "sexual": 0.9}))
    verdict = await check_by_provider(TEXT)
    assert of(verdict) == {(Category.SEXUAL_CONTENT, Severity.MODERATE)}
    assert verdict.action is Action.QUEUED


async def test_names_addresses_and_numbers_stay_here(server):
    server.answer(Answer())
    await check_by_provider(
        "I am Ana Torres, ana@example.org, +34 612 345 678.", names=["Ana Torres"]
    )
    sent = server.requests[0].body["input"]
    assert not any(part in sent for part in ("Torres", "ana@", "612"))


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [(500, "server_error", True), (429, "rate_limited", True), (401, "authentication", False)],
)
async def test_a_failure_is_a_provider_error_and_a_row(server, status, code, retryable):
    server.answer(Answer(status=status))
    with pytest.raises(ProviderError) as caught:
        await check_by_provider(TEXT)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    await usage.drain()
    row = await UsageRecord.objects.aget()
    assert (row.purpose, row.outcome, row.error_code) == ("moderation", "failed", code)


async def test_a_silent_provider_is_given_up(server, monkeypatch):
    monkeypatch.setattr(by_provider, "TIMEOUT", 0.05)
    server.answer(Answer(hang_before_headers=True))
    with pytest.raises(ProviderError, match="timeout"):
        await asyncio.wait_for(check_by_provider(TEXT), 10)


async def test_a_call_costs_nothing_and_is_in_the_ledger(server):
    server.answer(Answer())
    await check_by_provider(TEXT)
    await usage.drain()
    row = await UsageRecord.objects.aget()
    assert (row.model, row.outcome, row.cost_micros) == ("omni-moderation-latest", "ok", 0)
