"""Writing practice sets: asking for one, making it, answering it, handing it in."""

from practice.sets.services.answering import Help, help_with, keep_answer
from practice.sets.services.handing_in import answer_at_once, hand_in
from practice.sets.services.making import assign_questions, make_now, make_set, waiting_sets
from practice.sets.services.requesting import (
    delete_picture,
    request_picture_questions,
    request_practice,
    request_quiz,
)

__all__ = [
    "Help",
    "answer_at_once",
    "assign_questions",
    "delete_picture",
    "hand_in",
    "help_with",
    "keep_answer",
    "make_now",
    "make_set",
    "request_picture_questions",
    "request_practice",
    "request_quiz",
    "waiting_sets",
]
