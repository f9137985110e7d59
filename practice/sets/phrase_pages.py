from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.callers import caller_of
from accounts.models import User
from accounts.selectors import current_language
from config.errors import DomainError
from config.ratelimit import rate_limited
from practice.sets.forms import TextForm
from practice.sets.phrases import Phrase, extract
from practice.vocabulary.services import NewWord, make_cards, save_words

CARDS = "cards"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("practice")
def phrases_page(request: HttpRequest) -> HttpResponse:
    """The useful words of a text that is pasted; those that are chosen are saved, or made cards."""
    learner = caller_of(request)
    studied = current_language(learner)
    if studied is None:
        return redirect("accounts:onboarding")
    form, language = TextForm(request.POST or None), studied.language
    found: list[Phrase] | None = None
    if form.is_valid():
        text = form.cleaned_data["text"]
        found = extract(learner=learner, text=text, language=language)
        if "keep" in request.POST:
            _keep(request, learner, language, found)
            found = extract(learner=learner, text=text, language=language)
    context = {"form": form, "language": studied, "found": found, "text": request.POST.get("text")}
    return render(request, "practice/phrases.html", context, status=400 if form.errors else 200)


def _keep(request: HttpRequest, learner: User, language: str, found: list[Phrase]) -> None:
    chosen = [one for one in found if str(one.start) in request.POST.getlist("phrase")]
    if not chosen:
        messages.info(request, _("Choose at least one of them."))
        return
    words = [_word(request, one, language) for one in chosen]
    saved = save_words(owner=learner, words=words)
    count = len(saved)
    told = ngettext("%(count)d word is saved.", "%(count)d words are saved.", count)
    messages.success(request, told % {"count": count})
    if request.POST["keep"] != CARDS:
        return
    try:
        made = make_cards(learner=learner, items=[one.item for one in saved])
    except DomainError as error:
        messages.error(request, error.message)
        return
    told = ngettext("%(count)d new word in your cards.", "%(count)d new words in your cards.", made)
    messages.success(request, told % {"count": made})
    bare = sum(not one.item.translation for one in saved)
    if bare:
        told = ngettext(
            "%(count)d word has no meaning yet, so it has no card.",
            "%(count)d words have no meaning yet, so they have no card.",
            bare,
        )
        messages.info(request, told % {"count": bare})


def _word(request: HttpRequest, phrase: Phrase, language: str) -> NewWord:
    return NewWord(
        language=language,
        text=phrase.dictionary_form(language),
        translation=phrase.translation or request.POST.get(f"meaning-{phrase.start}", "")[:400],
        part_of_speech=phrase.kind,
        example=phrase.example,
        level=phrase.level,
    )
