from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.callers import caller_of
from accounts.selectors import current_language, local_day
from accounts.starts import start_without_language
from learning.sessions.selectors import study_of_late
from learning.today import kept_steps


@require_safe
@login_required
def today_page(request: HttpRequest) -> HttpResponse:
    learner, now = caller_of(request), timezone.now()
    language = current_language(learner)
    if language is None:
        return redirect(start_without_language(learner))
    study = study_of_late(learner, local_day(learner, now))
    # Talk goes through another server: its turns are counted in the day.
    steps = kept_steps(learner=learner, language=language, now=now, stamp=study.days[-1])
    context = {
        "language": language,
        "level": language.level,
        "primary": steps[0] if steps else None,
        "steps": steps[1:],
        "streak": study.streak,
        "days": study.days,
    }
    return render(request, "learning/today.html", context)
