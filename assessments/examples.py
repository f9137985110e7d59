"""Assessments as the API's documentation shows them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ASSESSMENT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c81"
_SESSION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c82"
_USER_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c83"
_QUESTION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c11"

_QUESTION: dict[str, Any] = {
    "id": _QUESTION_ID,
    "type": "multiple_choice",
    "skill": "grammar",
    "prompt": "Mi hermana ___ médica.",
    "promptLanguage": "es",
    "passage": "",
    "options": [
        {"id": "a", "text": "está"},
        {"id": "b", "text": "es"},
        {"id": "c", "text": "hay"},
        {"id": "d", "text": "tiene"},
    ],
    "aims": [],
    "words": None,
    "number": 1,
    "maximum": 25,
}
_FEEDBACK: dict[str, Any] = {
    "questionId": _QUESTION_ID,
    "number": 1,
    "type": "multiple_choice",
    "skill": "grammar",
    "topic": "ser-estar",
    "level": "A2",
    "prompt": "Mi hermana ___ médica.",
    "promptLanguage": "es",
    "passage": "",
    "answer": "es",
    "dontKnow": False,
    "read": False,
    "correct": True,
    "note": "",
    "correctAnswer": "es",
    "explanation": "What somebody does for a living takes ser.",
    "explanationLanguage": "en",
    "review": None,
}
_RESULT: dict[str, Any] = {
    "assessmentType": "placement",
    "level": "B1",
    "levelSet": True,
    "probability": 0.86,
    "interval": {"low": "A2", "high": "B1"},
    "ability": 0.42,
    "standardError": 0.31,
    "itemsAsked": 17,
    "stoppedBecause": "certain",
    "skills": [
        {"skill": "grammar", "level": "B1", "probability": 0.78, "items": 7},
        {"skill": "vocabulary", "level": "B1", "probability": 0.74, "items": 6},
        {"skill": "reading", "level": "A2", "probability": 0.61, "items": 4},
    ],
    "decision": None,
    "comparison": None,
    "strengths": ["Articles, gender and plural"],
    "weaknesses": ["The past tenses"],
    "recommendations": [
        {
            "kind": "conversation",
            "title": "Un fin de semana en la montaña",
            "reason": "To use the past tenses.",
            "level": "B1",
            "scenario": "un-fin-de-semana",
        }
    ],
    "feedback": [_FEEDBACK],
}
_ROW: dict[str, Any] = {
    "id": _ASSESSMENT_ID,
    "sessionId": _SESSION_ID,
    "language": "es",
    "assessmentType": "placement",
    "status": "completed",
    "level": "B1",
    "probability": 0.86,
    "interval": {"low": "A2", "high": "B1"},
    "decision": None,
    "createdAt": "2026-01-05T09:50:00Z",
    "completedAt": "2026-01-05T10:00:00Z",
}
_UNDER_WAY: dict[str, Any] = _ROW | {
    "status": "active",
    "level": None,
    "probability": None,
    "interval": None,
    "completedAt": None,
    "topics": [],
    "certainty": 0,
    "question": _QUESTION,
    "result": None,
}


def _request(value: dict[str, Any], title: str) -> OpenApiExample:
    return OpenApiExample(title, value, request_only=True)


def _answer(value: dict[str, Any], title: str, status: int = 200) -> OpenApiExample:
    return OpenApiExample(title, value, response_only=True, status_codes=[str(status)])


CREATE = [
    _request(
        {"language": "es", "assessmentType": "placement", "difficultyLevel": "beginner"},
        "A newcomer's placement",
    ),
    _answer(
        {
            "success": True,
            "sessionId": _SESSION_ID,
            "assessmentId": _ASSESSMENT_ID,
            "userHistory": 0,
            "recommendedContent": 312,
            "message": "Assessment session created successfully",
            "question": _QUESTION,
        },
        "Begun",
        201,
    ),
]
ASSESSMENT = [
    _answer(_UNDER_WAY, "Under way"),
    _answer(
        _ROW | {"topics": [], "certainty": 100, "question": None, "result": _RESULT}, "Finished"
    ),
]
ANSWER = [
    _request({"questionId": _QUESTION_ID, "answer": "b", "timeSpent": 6.2}, "An option"),
    _request({"questionId": _QUESTION_ID, "dontKnow": True}, "I don't know"),
    _answer(
        {
            "answered": {
                "questionId": _QUESTION_ID,
                "correct": None,
                "feedback": None,
                "correctAnswer": None,
                "note": "",
            },
            "question": _QUESTION | {"number": 2},
        },
        "The next question",
    ),
    _answer(
        {
            "answered": {
                "questionId": _QUESTION_ID,
                "correct": True,
                "feedback": "Right. What somebody does for a living takes ser.",
                "correctAnswer": "es",
                "note": "",
            },
            "result": _RESULT,
        },
        "The last answer",
    ),
]
SUBMIT = [
    _request(
        {
            "sessionId": _SESSION_ID,
            "userId": _USER_ID,
            "language": "es",
            "assessmentType": "placement",
            "questions": [
                {
                    "id": _QUESTION_ID,
                    "type": "multiple_choice",
                    "question": "Mi hermana ___ médica.",
                    "options": ["está", "es", "hay", "tiene"],
                    "correctAnswer": "",
                    "difficulty": "beginner",
                }
            ],
            "responses": [
                {
                    "questionId": _QUESTION_ID,
                    "userAnswer": "es",
                    "timeSpent": 6.2,
                    "confidence": 0.9,
                }
            ],
        },
        "One answer",
    ),
    _answer(
        {
            "success": True,
            "assessmentId": _ASSESSMENT_ID,
            "sessionId": _SESSION_ID,
            "result": _RESULT | {"itemsAsked": 1, "stoppedBecause": "submitted"},
        },
        "Judged",
    ),
]
RESULT = [_answer(_RESULT, "Of a placement")]
HISTORY = [_answer(_ROW, "A placement")]
