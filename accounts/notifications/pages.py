from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.callers import caller_of
from accounts.notifications.selectors import notifications_of
from accounts.notifications.services import mark_all_read, mark_read
from config.errors import NotFound

ON_A_PAGE = 30


@require_safe
@login_required
def notifications_page(request: HttpRequest) -> HttpResponse:
    rows = notifications_of(caller_of(request))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/notifications.html", {"page": page})


@require_POST
@login_required
def open_notification_page(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Marks it as read and leads to what it is about."""
    try:
        found = mark_read(user=caller_of(request), notification_id=notification_id)
    except NotFound as error:
        raise Http404 from error
    inside = url_has_allowed_host_and_scheme(found.url, allowed_hosts=None)
    return redirect(found.url if found.url and inside else "accounts:notifications")


@require_POST
@login_required
def read_all_page(request: HttpRequest) -> HttpResponse:
    mark_all_read(user=caller_of(request))
    return redirect("accounts:notifications")
