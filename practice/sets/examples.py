"""Examples for the schema."""

from typing import Any

ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c31"
QUESTION_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c32"
CONCEPT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c33"
STUDENT_ID = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c34"

GENERATE: dict[str, Any] = {"studentId": STUDENT_ID, "conceptIds": [CONCEPT_ID]}
GENERATING: dict[str, Any] = {
    "practiceId": ID,
    "status": "generating",
    "message": "Practice problems are being generated",
}
QUESTION: dict[str, Any] = {
    "questionId": QUESTION_ID,
    "number": 1,
    "question": "Which one is right? Mi hermana ___ cansada.",
    "instruction": "Which one is right?",
    "prompt": "",
    "passage": "Mi hermana ___ cansada.",
    "speak": "",
    "cue": "",
    "languages": {"passage": "es", "cue": "en"},
    "type": "multiple_choice",
    "options": ["es", "está"],
    "pairs": None,
    "difficulty": 3,
    "conceptId": CONCEPT_ID,
    "answer": None,
    "hints": [],
    "hintsLeft": 3,
}
ROW: dict[str, Any] = {
    "practiceId": ID,
    "studentId": STUDENT_ID,
    "sessionId": None,
    "learningSessionId": None,
    "title": "ser and estar",
    "language": "es",
    "level": "A2",
    "status": "ready",
    "errorCode": "",
    "generator": "builtin",
    "score": None,
    "assignedBy": None,
    "assignedAt": "2026-03-02T09:00:00Z",
    "dueAt": "2026-03-03T09:00:00Z",
    "completedAt": None,
}
SET: dict[str, Any] = ROW | {"questions": [QUESTION], "result": None}
UNMADE: dict[str, Any] = {"status": "generating", "generator": "", "title": "", "questions": []}
ANSWERS: dict[str, Any] = {"answers": [{"questionId": QUESTION_ID, "answer": "está"}]}
QUIZ: dict[str, Any] = SET | {"quizId": ID, "lessonId": CONCEPT_ID}
PICTURE: dict[str, Any] = SET | {
    "qaId": ID,
    "imageUrl": "",
    "description": "Una mujer lee en el parque.",
}
FEEDBACK: dict[str, Any] = {
    "questionId": QUESTION_ID,
    "correct": True,
    "feedback": "Right.",
    "answer": "está",
    "rightAnswers": ["está"],
    "explanation": "Use estar for how things are now.",
    "hintsUsed": 0,
}
UPDATE: dict[str, Any] = {
    "conceptId": CONCEPT_ID,
    "name": "ser and estar",
    "previousMasteryLevel": 41,
    "newMasteryLevel": 58,
    "forgetsAt": "2026-03-09T09:00:00Z",
}
RESULT: dict[str, Any] = {
    "practiceId": ID,
    "score": 80,
    "totalQuestions": 5,
    "correctAnswers": 4,
    "feedback": [FEEDBACK],
    "masteryUpdate": UPDATE,
    "masteryUpdates": [UPDATE],
}
HELP: dict[str, Any] = {
    "questionId": QUESTION_ID,
    "hint": "This is about: ser and estar.",
    "confirmed": False,
    "step": 1,
    "left": 2,
}
PHRASES: dict[str, Any] = {
    "success": True,
    "language": "es",
    "phrases": [
        {
            "text": "manzana",
            "start": 9,
            "end": 16,
            "kind": "noun",
            "lemma": "manzana",
            "level": "A1",
            "translation": "apple",
            "example": "Como una manzana.",
            "known": False,
        }
    ],
}
