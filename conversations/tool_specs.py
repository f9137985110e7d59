"""What a model is told of the tools, and the arguments that each takes."""

from typing import Any, Final

from ai.types import ToolSpec


def _text(description: str, most: int = 200) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "description": description}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


SPECS: Final = (
    ToolSpec(
        "look_up",
        "Look a word of the language being learned up in the dictionary: its dictionary form, "
        "level, translation and examples.",
        _object(("word",), word=_text("The word as the learner met it.", 80)),
    ),
    ToolSpec(
        "add_card",
        "Add a flash card to the learner's own deck.",
        _object(
            ("front",),
            front=_text("The word or phrase in the language being learned."),
            back=_text("Its meaning in the learner's own language."),
            example=_text("A sentence that uses it.", 300),
        ),
    ),
    ToolSpec(
        "find_content",
        "Find lessons, exercises and situations about a topic, or what suits the learner next.",
        _object(topic=_text("What it should be about; leave it out for what comes next.", 100)),
    ),
    ToolSpec(
        "start_practice",
        "Have a set of exercises made: about a topic, or on what the learner gets wrong most.",
        _object(topic=_text("A grammar topic; leave it out for what is weakest.", 100)),
    ),
    ToolSpec(
        "create_assessment_question",
        "Get one question to test the learner with, about a topic or about what is weakest. Ask it "
        "in exactly these words. You are not told the answer.",
        _object(topic=_text("A grammar topic; leave it out for what is weakest.", 100)),
    ),
    ToolSpec(
        "give_feedback",
        "Have the learner's answer to the question you asked judged. Say what comes back.",
        _object(("answer",), answer=_text("What the learner answered, word for word.", 500)),
    ),
    ToolSpec(
        "set_goal",
        "Write the learner's goal into their profile: what for, or how many minutes a day.",
        _object(
            aim=_text("What they learn for, in their words.", 280),
            minutes_a_day={"type": "integer", "minimum": 5, "maximum": 240},
        ),
    ),
    ToolSpec(
        "next_step",
        "What the learner should do next, as their Today page has it, with the reason.",
        _object(),
    ),
    ToolSpec(
        "ask_tutor",
        "Call the learner's human tutor into this conversation. Only when the learner asks for it.",
        _object(question=_text("What the learner wants to know.", 500)),
    ),
)
