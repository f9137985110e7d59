from typing import Any

SESSION_ID = "019a2b11-7c3a-7b52-9d6e-2f8a1c4b5d6e"
STUDENT_ID = "019a2b10-11aa-7c01-8a52-6f0e3a9d1b22"
TUTOR_ID = "019a2b10-22bb-7d02-9b63-7a1f4bae2c33"

UPLOAD: dict[str, Any] = {
    "studentId": STUDENT_ID,
    "tutorId": TUTOR_ID,
    "sessionDate": "2025-11-15T10:00:00Z",
    "duration": 3600,
    "transcript": "Tessa: ¿Qué hiciste ayer?\nAna: Ayer fui al mercado con mi hermana.",
    "transcriptSource": "read_ai",
    "transcriptFormat": "plain_text",
}
UPLOADED: dict[str, Any] = {
    "sessionId": SESSION_ID,
    "status": "processing",
    "message": "Transcript uploaded, analysis in progress",
}
_QUOTE = {"quote": "Hoy soy muy cansada", "speaker": "Ana", "start": 75.2}
SESSION: dict[str, Any] = {
    "sessionId": SESSION_ID,
    "transcript": "Tessa: ¿Cómo estás?\nAna: Hoy soy muy cansada.",
    "analysis": {
        "topics": ["Feelings", "Daily life"],
        "concepts": [
            {
                "name": "ser and estar",
                "difficulty": 2,
                "masteryLevel": 41,
                "conceptId": "019a2b10-33cc-7e03-8c74-8b205cbf3d44",
                "kind": "grammar",
                "quote": "Hoy soy muy cansada",
            }
        ],
        "studentStrengths": ["Your tutor liked how you said it: “Ayer fui al mercado”"],
        "areasForImprovement": ["ser and estar: say “estoy”, not “soy”"],
        "actionItems": ["Para la próxima clase, escribe diez frases con estar."],
    },
    "status": "completed",
    "studentId": STUDENT_ID,
    "tutorId": TUTOR_ID,
    "title": "Feelings, Daily life",
    "date": "2025-11-15T10:00:00Z",
    "duration": 3600,
    "language": "es",
    "speakers": ["Tessa", "Ana"],
    "studentSpeaker": "Ana",
    "proofs": {
        "studentStrengths": [{"quote": "Ayer fui al mercado", "speaker": "Ana", "start": 12.0}],
        "areasForImprovement": [_QUOTE],
        "actionItems": [
            {
                "quote": "Para la próxima clase, escribe diez frases con estar.",
                "speaker": "Tessa",
                "start": 3480.0,
            }
        ],
    },
    "step": "done",
    "progress": 100,
    "error": "",
    "errorCode": "",
}
ROW: dict[str, Any] = {
    "sessionId": SESSION_ID,
    "date": "2025-11-15T10:00:00Z",
    "subject": "Spanish",
    "topics": ["Feelings", "Daily life"],
    "status": "completed",
    "title": "Feelings, Daily life",
    "progress": 100,
}
