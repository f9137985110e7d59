from assessments.services.bank import BankChange, load_bank, set_item_state
from assessments.services.batch import GivenAnswer, submit_assessment
from assessments.services.sitting import (
    Outcome,
    abandon_assessment,
    answer_question,
    current_question,
    start_assessment,
)

__all__ = [
    "BankChange",
    "GivenAnswer",
    "Outcome",
    "abandon_assessment",
    "answer_question",
    "current_question",
    "load_bank",
    "set_item_state",
    "start_assessment",
    "submit_assessment",
]
