"""Mastery, errors and progress as the API's documentation shows them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_CONCEPT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c12"
_CORRECTION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c61"

_CONCEPT: dict[str, Any] = {
    "conceptId": _CONCEPT_ID,
    "name": "ser and estar",
    "kind": "grammar",
    "language": "es",
    "level": "A2",
    "masteryLevel": 58,
    "lastPracticed": "2026-03-02T09:00:00Z",
    "forgetsAt": "2026-03-09T09:00:00Z",
    "state": "weak",
}
_EVIDENCE: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c62",
    "surface": "conversation",
    "skill": "grammar",
    "correct": False,
    "weight": 1.0,
    "hintUsed": False,
    "spontaneous": True,
    "sourceType": "conversations.correction",
    "sourceId": _CORRECTION_ID,
    "occurredAt": "2026-03-02T09:00:00Z",
}
_ERROR: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c63",
    "language": "es",
    "kind": "grammar",
    "status": "open",
    "conceptId": _CONCEPT_ID,
    "name": "ser and estar",
    "original": "soy",
    "corrected": "estoy",
    "reason": "Feelings take estar.",
    "times": 2,
    "rightDays": ["2026-03-04"],
    "firstSeenAt": "2026-02-26T18:10:00Z",
    "lastSeenAt": "2026-03-02T09:00:00Z",
    "closedAt": None,
}
_EVENT: dict[str, Any] = {
    "type": "slip",
    "quote": "Hoy soy cansada.",
    "sourceType": "conversations.correction",
    "sourceId": _CORRECTION_ID,
    "occurredAt": "2026-03-02T09:00:00Z",
}
_SKILL: dict[str, Any] = {
    "language": "es",
    "skillArea": "grammar",
    "currentLevel": "A2",
    "progressScore": 71.5,
    "totalPracticeTime": 340,
    "streakDays": 4,
    "lastPracticeDate": "2026-03-02",
    "milestones": [{"name": "A2", "reachedAt": "2026-01-05"}],
}


def _answer(value: dict[str, Any], title: str, *statuses: str) -> OpenApiExample:
    return OpenApiExample(title, value, response_only=True, status_codes=statuses or ["200"])


PROGRESS = [
    _answer(
        {
            "studentId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c64",
            "overallProgress": {
                "sessionsCompleted": 12,
                "practicesCompleted": 45,
                "averageScore": 78,
                "improvementRate": 15,
            },
            "goals": [],
            "concepts": [_CONCEPT],
            "recentActivity": [
                {"type": "practice", "date": "2026-03-02", "score": 85, "count": 20},
                {"type": "conversation", "date": "2026-03-02", "score": None, "count": 14},
            ],
        },
        "A student",
    )
]
SKILLS = [_answer({"progress": [_SKILL]}, "One skill")]
TRACK = [
    OpenApiExample(
        "A word recalled in a game",
        {
            "clientId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c11",
            "conceptId": _CONCEPT_ID,
            "correct": True,
            "skill": "vocabulary",
            "timeSpent": 12,
        },
        request_only=True,
    ),
    _answer(_CONCEPT, "As it stands now", "201", "200"),
]
CONCEPTS = [_answer(_CONCEPT, "A grammar point")]
CONCEPT = [
    _answer(
        _CONCEPT
        | {
            "explanation": "Use estar for how somebody feels, ser for what they are.",
            "examples": [{"text": "Estoy cansada.", "translation": "I am tired."}],
            "evidence": [_EVIDENCE],
        },
        "With its evidence",
    )
]
ERRORS = [_answer(_ERROR, "An open one")]
ERROR = [_answer(_ERROR | {"events": [_EVENT]}, "With its history")]
