"""Requests and answers as the API's documentation shows them. Fictional people only."""

from drf_spectacular.utils import OpenApiExample

_STUDENT = "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c3d"
_CONVERSATION = "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c40"
_TUTOR = {"id": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c50", "name": "Tessa Brandt"}
_REQUEST = {
    "requestId": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c60",
    "studentId": _STUDENT,
    "studentName": "Ana Torres",
    "conversationId": _CONVERSATION,
    "state": "queued",
    "question": "When do I say “soy” and when “estoy”?",
    "tutor": None,
    "urgency": "medium",
    "topic": "Ser and estar",
    "reason": "“soy” for “estoy”, 3 times in 7 days.",
    "hasTutor": True,
    "requestedAt": "2026-01-05T09:00:00Z",
    "queuedAt": "2026-01-05T09:00:01Z",
    "takenAt": None,
    "answeredAt": None,
    "returnedAt": None,
    "withdrawnAt": None,
    "verdict": "",
    "verdictNote": "",
}
_PACKET = {
    "madeAt": "2026-01-05T09:00:01Z",
    "language": "es",
    "level": {
        "level": "B1",
        "low": "A2",
        "high": "B2",
        "probability": 0.86,
        "source": "placement",
        "setAt": "2026-01-02T17:00:00Z",
    },
    "topic": "Ser and estar",
    "reason": "“soy” for “estoy”, 3 times in 7 days.",
    "urgency": "medium",
    "errors": [
        {
            "errorId": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c70",
            "label": "Ser and estar",
            "original": "soy",
            "corrected": "estoy",
            "reason": "A passing state takes “estar”.",
            "times": 3,
            "lastSeenAt": "2026-01-05T08:58:00Z",
            "quotes": [
                {
                    "text": "Hoy soy cansada.",
                    "start": 4,
                    "end": 7,
                    "corrected": "estoy",
                    "at": "2026-01-05T08:58:00Z",
                    "conversationId": _CONVERSATION,
                }
            ],
        }
    ],
    "focus": ["Ser and estar"],
    "strengths": ["listening"],
    "tried": {"practice": [], "lessons": [], "replies": []},
    "exercise": {
        "about": "Ser and estar",
        "text": "Hoy soy cansada.",
        "answer": "Hoy estoy cansada.",
        "conversationId": _CONVERSATION,
        "contentId": None,
        "title": "",
    },
    "sessions": [],
    "work": [],
    "shared": False,
    "memories": [],
}
_DETAIL = _REQUEST | {"packet": _PACKET}

ANALYZE = [
    OpenApiExample(
        "A student and what to look at",
        {
            "studentId": _STUDENT,
            "context": {
                "recentConversations": [_CONVERSATION],
                "practiceResults": [],
                "currentQuestion": "Why is “soy cansada” wrong?",
            },
        },
        request_only=True,
    ),
    OpenApiExample(
        "A tutor should step in",
        {
            "shouldRoute": True,
            "reason": "“soy” for “estoy”, 3 times in 7 days.",
            "recommendedTopic": "Ser and estar",
            "urgency": "medium",
            "tutorContext": {
                "summary": "Spanish at B1 (A2 to B2). Open errors: Ser and estar.",
                "focusAreas": ["Ser and estar"],
                "studentStrengths": ["listening"],
            },
        },
        response_only=True,
    ),
]
CONTEXT = [
    OpenApiExample(
        "Before a session",
        {
            "studentId": _STUDENT,
            "studentProfile": {"name": "Ana Torres", "grade": 10, "learningStyle": "by talking"},
            "recentSessions": [
                {
                    "sessionId": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c80",
                    "date": "2026-01-04T16:00:00Z",
                    "subject": "Spanish",
                    "topics": ["Travel"],
                    "status": "completed",
                }
            ],
            "currentChallenges": ["Ser and estar"],
            "recommendedFocus": ["Ser and estar", "The subjunctive of wishes"],
            "studentStrengths": ["listening"],
            "practiceHistory": [],
        },
        response_only=True,
    )
]
STUDENTS = [
    OpenApiExample(
        "A student",
        {
            "studentId": _STUDENT,
            "name": "Ana Torres",
            "language": "es",
            "level": "B1",
            "lastActivity": "2026-01-05T08:58:00Z",
            "openErrors": 2,
            "openRequests": 1,
        },
        response_only=True,
    )
]
REQUEST = [OpenApiExample("Waiting", _REQUEST, response_only=True)]
REQUEST_DETAIL = [OpenApiExample("With its packet", _DETAIL, response_only=True)]
REQUEST_MADE = [
    OpenApiExample(
        "In a conversation of mine",
        {"conversationId": _CONVERSATION, "question": "When do I say “soy” and when “estoy”?"},
        request_only=True,
    ),
    OpenApiExample("Asked", _DETAIL, response_only=True, status_codes=["201"]),
]
ANSWER = [
    OpenApiExample("An answer", {"text": "“Estar” is for how you feel now."}, request_only=True),
    OpenApiExample(
        "Said",
        {
            "messageId": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c90",
            "conversationId": _CONVERSATION,
            "content": "“Estar” is for how you feel now.",
            "tutor": _TUTOR,
            "timestamp": "2026-01-05T09:10:00Z",
        },
        response_only=True,
        status_codes=["201"],
    ),
]
VERDICT = [
    OpenApiExample(
        "Right", {"verdict": "right", "note": "Two explanations had failed."}, request_only=True
    ),
    OpenApiExample("Judged", _DETAIL | {"verdict": "right"}, response_only=True),
]
