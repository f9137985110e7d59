"""How the back office looks and what stands in its sidebar; the settings take it as `UNFOLD`."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

PAPER = {
    "50": "#faf7f0",
    "100": "#f2ede2",
    "200": "#e2dacb",
    "300": "#cfc5b2",
    "400": "#a89d89",
    "500": "#6f6656",
    "600": "#575046",
    "700": "#3f3a32",
    "800": "#2b2722",
    "900": "#211e1a",
    "950": "#181613",
}
INK_BLUE = {
    "50": "#f2f5fb",
    "100": "#e8edf7",
    "200": "#cfdaf0",
    "300": "#a3bdf5",
    "400": "#7396de",
    "500": "#4a6fbd",
    "600": "#2a4b8d",
    "700": "#1f3a70",
    "800": "#1a2f5a",
    "900": "#17274a",
    "950": "#0f1a33",
}


def for_admins(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _link(title: Any, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


def _admins_link(title: Any, icon: str, model: str) -> dict[str, Any]:
    return _link(title, icon, model) | {"permission": for_admins}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Parlance",
    "SITE_HEADER": "Parlance",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "school",
    "BORDER_RADIUS": "10px",
    "COLORS": {"base": PAPER, "primary": INK_BLUE},
    "DASHBOARD_CALLBACK": "config.admin_site.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "items": [
                    {
                        "title": _("Overview"),
                        "icon": "dashboard",
                        "link": reverse_lazy("admin:index"),
                    }
                ]
            },
            {
                "title": _("People"),
                "separator": True,
                "items": [
                    _link(_("Users"), "person", "accounts_user"),
                    _link(_("Levels"), "signal_cellular_alt", "accounts_learnerlanguage"),
                    _admins_link(_("Tutors"), "supervisor_account", "accounts_tutorprofile"),
                    _admins_link(_("Assignments"), "group_add", "accounts_tutorassignment"),
                ],
            },
            {
                "title": _("Learning"),
                "separator": True,
                "items": [
                    _link(_("Conversations"), "forum", "conversations_conversation"),
                    _link(_("Calls for a tutor"), "support_agent", "conversations_tutorrequest")
                    | {"badge": "conversations.handover.admin.waiting"},
                    _link(_("Routing"), "alt_route", "conversations_routingdecision"),
                    _link(_("Tutoring sessions"), "groups", "conversations_tutoringsession"),
                    _link(_("Assessments"), "quiz", "assessments_assessment"),
                    _link(_("Disputed grades"), "gavel", "assessments_dispute")
                    | {"badge": "assessments.dispute_admin.waiting"},
                    _link(_("Mastery"), "psychology", "learning_mastery"),
                    _link(_("Recurring errors"), "error", "learning_recurringerror"),
                    _link(_("Skills"), "trending_up", "learning_skillprogress"),
                    _link(_("Evidence"), "fact_check", "learning_evidence"),
                    _link(_("Learning sessions"), "schedule", "learning_learningsession"),
                    _link(_("Decks"), "style", "practice_deck"),
                    _link(_("Reviews"), "history", "practice_reviewlog"),
                    _link(_("Exercise answers"), "edit_note", "learning_exerciseanswer"),
                    _link(_("Practice sets"), "checklist", "practice_practiceset"),
                    _link(_("Questions"), "quiz", "practice_question"),
                    _link(_("Companions"), "diversity_3", "learning_companion"),
                    _admins_link(_("Content"), "menu_book", "learning_contentitem"),
                    _admins_link(_("Word lists"), "translate", "practice_vocabularylist"),
                    _admins_link(_("Words"), "abc", "practice_vocabularyitem"),
                    _admins_link(_("Concepts"), "category", "learning_concept"),
                    _admins_link(_("Item bank"), "inventory_2", "assessments_item"),
                ],
            },
            {
                "title": _("Operations"),
                "separator": True,
                "items": [
                    _admins_link(_("Moderation"), "flag", "ai_moderationflag")
                    | {"badge": "conversations.moderation.admin.waiting"},
                    _admins_link(_("Usage and cost"), "payments", "ai_usagerecord"),
                    _admins_link(_("Schedules"), "schedule", "django_celery_beat_periodictask"),
                    _admins_link(_("Sign-in failures"), "lock", "axes_accessattempt"),
                    _admins_link(_("Audit log"), "history", "accounts_auditentry"),
                ],
            },
        ],
    },
}
