"""Examples for the schema."""

from typing import Any

ROW: dict[str, Any] = {
    "id": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c31",
    "contentType": "exercise",
    "title": "ser and estar",
    "language": "es",
    "level": "A1",
    "difficultyLevel": "beginner",
    "topics": ["ser-estar"],
    "minutes": 2,
}
RECOMMENDATION: dict[str, Any] = {
    "id": ROW["id"],
    "contentType": "exercise",
    "title": "ser and estar",
    "level": "A1",
    "topics": ["ser-estar"],
    "minutes": 2,
    "reason": "You missed “ser and estar” 3 times this week.",
    "need": "error",
    "score": 0.784,
}
TASK: dict[str, Any] = {
    "id": "slip-1",
    "type": "correct",
    "prompt": "Soy cansado.",
    "cue": "",
    "options": [],
    "words": [],
}
RUN: dict[str, Any] = {
    "sessionId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c32",
    "answered": [],
    "next": TASK,
    "result": None,
}
DETAIL: dict[str, Any] = ROW | {
    "concepts": [{"conceptId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c33", "name": "ser and estar"}],
    "content": {"explanation": "Use estar for how things are now.", "tasks": [TASK]},
    "run": RUN,
}
OUTCOME: dict[str, Any] = {
    "answered": {
        "taskId": "slip-1",
        "answer": "Estoy cansado.",
        "correct": True,
        "note": "",
        "hintUsed": False,
        "rightAnswers": ["Estoy cansado."],
    },
    "next": None,
    "result": {
        "right": 1,
        "total": 1,
        "score": 1.0,
        "changes": [
            {
                "conceptId": "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c33",
                "name": "ser and estar",
                "before": 41,
                "after": 58,
                "forgetsAt": "2026-03-14T09:00:00Z",
            }
        ],
    },
}
