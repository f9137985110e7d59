from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import method_decorator
from unfold.sites import UnfoldAdminSite

from config.admin_theme import for_admins
from config.policies import for_back_office


class ParlanceAdminSite(UnfoldAdminSite):
    site_header = "Parlance"
    site_title = "Parlance"
    index_title = "Overview"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return for_back_office(super().admin_view(view, cacheable))

    @method_decorator(for_back_office)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().login(request, extra_context)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what waits, the figures and the ways on; usage and failures are for admins only."""
    from accounts.callers import caller_of
    from config.dashboard import failures, figures, rooms, usage_by_provider, waits

    now, navigation = timezone.now(), context["sidebar_navigation"]
    context |= {
        "figures": figures(caller_of(request), now=now),
        "waits": waits(navigation, request=request),
        "rooms": rooms(navigation),
    }
    if for_admins(request):
        context |= {"usage": usage_by_provider(now=now), "failures": failures(now=now)}
    return context
