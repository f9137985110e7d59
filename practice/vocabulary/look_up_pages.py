"""The word a learner points at: what it means, and keeping it. Parts of pages, for scripts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.callers import caller_of
from accounts.models import User
from config.errors import DomainError, NotFound
from config.ids import new_id
from config.ratelimit import rate_limited
from practice.vocabulary.commonness import commonness
from practice.vocabulary.forms import KeepForm, LookUpForm
from practice.vocabulary.keeping import kept_of, make_card_of, save_looked_up
from practice.vocabulary.lookup import WordFacts, facts_of, look_up

FORMS_SHOWN = 10


@require_POST
@login_required
@rate_limited("practice")
def look_up_page(request: HttpRequest) -> HttpResponse:
    """What is known of a word; it counts as looked up."""
    learner, form = caller_of(request), LookUpForm(request.POST)
    if not form.is_valid():
        return _refused(request)
    data = form.cleaned_data
    try:
        facts = look_up(
            learner=learner,
            language=data["language"],
            word=data["word"],
            source_id=data["source"] or new_id(),
            now=timezone.now(),
        )
    except NotFound:
        facts = None
    return _shown(request, learner, data, facts)


@require_POST
@login_required
@rate_limited("practice")
def keep_word_page(request: HttpRequest) -> HttpResponse:
    """Save the word that is shown, or make a card of it; then it is shown again."""
    learner, form = caller_of(request), KeepForm(request.POST)
    if not form.is_valid():
        return _refused(request)
    data = form.cleaned_data
    facts, problem = _facts(learner, data), ""
    try:
        item = save_looked_up(
            learner=learner,
            language=data["language"],
            text=facts.word if facts else data["word"],
            facts=facts,
            translation=data["translation"],
            sentence=data["sentence"],
        )
        if data["keep"] == KeepForm.CARD:
            make_card_of(learner=learner, item=item)
    except DomainError as error:
        problem = error.message
    return _shown(request, learner, data, facts, problem=problem, done=not problem)


def _facts(learner: User, data: dict[str, Any]) -> WordFacts | None:
    try:
        native = learner.native_language
        return facts_of(word=data["word"], language=data["language"], native=native)
    except NotFound:
        return None


def _refused(request: HttpRequest) -> HttpResponse:
    problem = _("That cannot be looked up: it is too long, or in a language that is not taught.")
    return render(request, "practice/_word_facts.html", {"problem": problem}, status=400)


def _shown(
    request: HttpRequest,
    learner: User,
    data: dict[str, Any],
    facts: WordFacts | None,
    **more: Any,
) -> HttpResponse:
    text = facts.word if facts else data["word"]
    kept = kept_of(learner=learner, language=data["language"], text=text)
    meant = bool(facts and any(one.translation or one.usage for one in facts.meanings))
    context = {
        "word": data["word"],
        "language": data["language"],
        "sentence": data["sentence"],
        "facts": facts,
        "text": text,
        "kept": kept,
        "meant": meant,
        "common": commonness(facts.concept.frequency) if facts and facts.concept else "",
        "forms": _other_forms(facts, data["word"]),
    }
    return render(request, "practice/_word_facts.html", context | more)


def _other_forms(facts: WordFacts | None, word: str) -> list[str]:
    if facts is None or facts.concept is None:
        return []
    shown = {word.casefold(), facts.concept.slug}
    return [form for form in facts.concept.forms if form not in shown][:FORMS_SHOWN]
