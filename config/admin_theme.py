"""How the back office looks and what stands in its sidebar; the settings take it as `UNFOLD`."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
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


def _style(_request: HttpRequest) -> str:
    return static("css/admin.css")


def _icon(_request: HttpRequest) -> str:
    return static("icons/parlance.svg")


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


OVERVIEW: dict[str, Any] = {
    "items": [
        {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
        {
            "title": _("Your learners"),
            "icon": "co_present",
            "link": reverse_lazy("conversations:tutor_queue"),
            # It leads out of the back office; its address begins as some within do.
            "active": False,
        },
    ]
}
PEOPLE = _group(
    _("People"),
    _link(_("Users"), "person", "accounts_user"),
    _link(_("Levels"), "signal_cellular_alt", "accounts_learnerlanguage"),
    _admins_link(_("Tutors"), "supervisor_account", "accounts_tutorprofile")
    | {"badge": "accounts.tutor_admin.waiting", "waits": _("Tutors to let in, or not")},
    _link(_("Assignments"), "group_add", "accounts_tutorassignment"),
)
TALKING = _group(
    _("Talking"),
    _link(_("Conversations"), "forum", "conversations_conversation"),
    _link(_("Messages"), "chat_bubble", "conversations_message"),
    _link(_("Calls for a tutor"), "support_agent", "conversations_tutorrequest")
    | {"badge": "conversations.handover.admin.waiting", "waits": _("Questions for a tutor")},
    _link(_("Routing"), "alt_route", "conversations_routingdecision"),
    _link(_("Tutoring sessions"), "groups", "conversations_tutoringsession"),
    _link(_("Companions"), "diversity_3", "learning_companion"),
    _admins_link(_("Memory consents"), "psychology_alt", "conversations_memoryconsent"),
)
TESTS = _group(
    _("Tests"),
    _link(_("Assessments"), "quiz", "assessments_assessment"),
    _link(_("Answers"), "rule", "assessments_response"),
    _link(_("Disputed grades"), "gavel", "assessments_dispute")
    | {"badge": "assessments.dispute_admin.waiting", "waits": _("Grades that learners dispute")},
    _admins_link(_("Item bank"), "inventory_2", "assessments_item"),
)
KNOWLEDGE = _group(
    _("What is known"),
    _link(_("Mastery"), "psychology", "learning_mastery"),
    _link(_("Recurring errors"), "error", "learning_recurringerror"),
    _link(_("Skills"), "trending_up", "learning_skillprogress"),
    _link(_("Evidence"), "fact_check", "learning_evidence"),
    _link(_("Learning sessions"), "schedule", "learning_learningsession"),
    _link(_("Study days"), "calendar_month", "learning_studyday"),
)
PRACTICE = _group(
    _("Practice"),
    _link(_("Practice sets"), "checklist", "practice_practiceset"),
    _link(_("Questions"), "help", "practice_question"),
    _link(_("Exercise answers"), "edit_note", "learning_exerciseanswer"),
    _link(_("Decks"), "style", "practice_deck"),
    _link(_("Notes on cards"), "sticky_note_2", "practice_note"),
    _link(_("Card schedules"), "event_repeat", "practice_cardschedule"),
    _link(_("Reviews"), "history", "practice_reviewlog"),
    _admins_link(_("Deck imports"), "upload_file", "practice_deckimport"),
)
LIBRARY = _group(
    _("Library"),
    _admins_link(_("Content"), "menu_book", "learning_contentitem"),
    _admins_link(_("Word lists"), "translate", "practice_vocabularylist"),
    _admins_link(_("Words"), "abc", "practice_vocabularyitem"),
    _admins_link(_("Concepts"), "category", "learning_concept"),
)
OPERATIONS = _group(
    _("Operations"),
    _admins_link(_("Moderation"), "flag", "ai_moderationflag")
    | {"badge": "conversations.moderation.admin.waiting", "waits": _("Flagged texts to look at")},
    _admins_link(_("Usage and cost"), "payments", "ai_usagerecord"),
    _admins_link(_("Schedules"), "schedule", "django_celery_beat_periodictask"),
    _admins_link(_("Signed-in apps"), "devices", "accounts_refreshfamily"),
    _admins_link(_("Sign-in failures"), "lock", "axes_accessattempt"),
    _admins_link(_("Audit log"), "history", "accounts_auditentry"),
    _admins_link(_("Companion use"), "timelapse", "learning_companionsession"),
    _admins_link(_("Permissions"), "key", "auth_group"),
)

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Parlance",
    "SITE_HEADER": "Parlance",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "BORDER_RADIUS": "10px",
    "COLORS": {"base": PAPER, "primary": INK_BLUE},
    "STYLES": [_style],
    "DASHBOARD_CALLBACK": "config.admin_site.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            OVERVIEW,
            PEOPLE,
            TALKING,
            TESTS,
            KNOWLEDGE,
            PRACTICE,
            LIBRARY,
            OPERATIONS,
        ],
    },
}
