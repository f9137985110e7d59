from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.callers import caller_of
from config.errors import Conflict, DomainError, NotFound
from config.ratelimit import rate_limited
from conversations.moderation.appeals import MAX_APPEAL, appeal
from conversations.moderation.safety import safety_message
from conversations.moderation.selectors import ALL, STATES, flags_of
from conversations.moderation.shown import Shown

ON_A_PAGE = 20


@require_safe
@login_required
def flags_page(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else ALL
    rows = flags_of(caller_of(request), state=state)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "flags": [Shown(flag) for flag in page],
        "state": state,
        "most": MAX_APPEAL,
    }
    return render(request, "conversations/moderation/list.html", context)


@require_POST
@login_required
@rate_limited("appeal")
def appeal_page(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    text = request.POST.get("text", "")
    try:
        appeal(user=caller_of(request), flag_id=flag_id, text=text, now=timezone.now())
    except NotFound as error:
        raise Http404 from error
    except Conflict as error:
        messages.error(request, error.message)
    except DomainError:
        messages.error(request, _("Write 1 to %d characters on why it is wrong.") % MAX_APPEAL)
    else:
        messages.success(request, _("A person will look at it. You are told when they have."))
    return redirect(f"{reverse('conversations:moderation')}#flag-{flag_id}")


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Whom to call, in the words of the safety message."""
    safety = safety_message(caller_of(request).native_language)
    return render(request, "conversations/moderation/help.html", {"safety": safety})
