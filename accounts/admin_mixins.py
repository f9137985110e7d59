from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.callers import caller_of

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object


class VisibleToAdmin(_Base):
    """The back office shows what `visible_to` shows: a tutor sees their students, an admin all.

    Stands before `ModelAdmin` among the bases. Lists, pages by id and autocompletes all start from
    this queryset, so somebody else's row is absent everywhere.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).visible_to(caller_of(request))
        return rows


class ReadOnlyAdmin(_Base):
    """Records nobody edits by hand: they are written by services, and only looked at here."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *_more: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AdminActions(_Base):
    """Gives actions the permission `manage`: admins have it, tutors do not."""

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return caller_of(request).is_admin
