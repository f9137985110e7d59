from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import current_language, local_day
from learning.selectors import recent_days, streak
from learning.today import steps_for


@require_safe
@login_required
def today_page(request: HttpRequest) -> HttpResponse:
    learner, now = request.user, timezone.now()
    assert learner.is_authenticated  # noqa: S101 - login_required has seen to it; this tells mypy
    language = current_language(learner)
    if language is None:
        return redirect("accounts:onboarding")
    today = local_day(learner, now)
    primary, *others = steps_for(learner=learner, language=language, now=now) or [None]
    context = {
        "language": language,
        "level": language.level,
        "primary": primary,
        "steps": others,
        "streak": streak(learner, today),
        "days": recent_days(learner, today),
    }
    return render(request, "learning/today.html", context)
