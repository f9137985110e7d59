"""Exercises by a model: each validated, the bad ones asked for once more, then dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from ai import factory, prompts, worker
from ai.errors import AllProvidersFailed, ProviderError
from ai.structured import complete_structured
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from learning.content.tasks_made import GAP
from learning.matching import normal
from learning.models import Concept
from practice.sets.making.drafts import Draft, problems
from practice.sets.making.hints import gives_away
from practice.sets.models import Question

Type = Question.Type
PROMPTS: Final = {
    "practice": "practice_exercises",
    "quiz": "lesson_quiz",
    "picture": "picture_questions",
}
"""Prompt by the kind of set."""
LONGEST_MATERIAL: Final = 6000
_TARGET_TYPES: Final = (Type.MULTIPLE_CHOICE, Type.CLOZE, Type.ORDERING)
Text = Annotated[str, msgspec.Meta(max_length=600)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Exercise(msgspec.Struct, kw_only=True):
    about: int
    type: Literal[
        "multiple_choice", "true_false", "cloze", "ordering", "translation", "short_answer"
    ]
    prompt: Text
    passage: Text
    cue: Text
    options: list[Short]
    answers: list[Short]
    explanation: Text
    hints: list[Short]
    difficulty: Annotated[int, msgspec.Meta(ge=1, le=10)]


class Exercises(msgspec.Struct, kw_only=True):
    exercises: list[Exercise]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write about. `lines` are the material; `concepts` what each line is about."""

    kind: str
    language: str
    level: str
    native: str
    count: int
    difficulty: int
    lines: Sequence[str]
    concepts: Sequence[Concept | None]
    names: Sequence[str] = ()


def available() -> bool:
    """Whether a provider of the chain can write: the built-in tutor does not speak JSON."""
    return any(model.name not in factory.LOCAL_PROVIDERS for model in factory.chat_models())


def write(wish: Wish, *, user_id: UUID, reference: UUID) -> tuple[list[Draft], str]:
    """Sound exercises, and the prompt they were asked for with.

    Raises ProviderError or AllProvidersFailed when nobody answers the first time; when it is the
    second, what is there is kept.
    """
    request = request_for(wish)

    async def both() -> list[Draft]:
        made = await complete_structured(
            request, schema=Exercises, user_id=user_id, reference=reference
        )
        kept, faults = sort_out(made.exercises, wish)
        if not faults or len(kept) >= wish.count:
            return kept
        again = request_for(wish, faults=faults, missing=wish.count - len(kept))
        try:
            more = await complete_structured(
                again, schema=Exercises, user_id=user_id, reference=reference
            )
        except (AllProvidersFailed, ProviderError):
            return kept
        return [*kept, *sort_out(more.exercises, wish, taken=kept)[0]]

    return worker.run(both())[: wish.count], request.prompt


def sort_out(
    exercises: Sequence[Exercise], wish: Wish, *, taken: Sequence[Draft] = ()
) -> tuple[list[Draft], list[str]]:
    """The sound ones as drafts, and what is wrong with the others."""
    kept: list[Draft] = []
    faults: list[str] = []
    asked = {_asks(draft) for draft in taken}
    for number, exercise in enumerate(exercises, 1):
        draft = draft_of(exercise, wish)
        wrong = [*problems(draft, names=wish.names), *_too_hard(draft, wish)]
        if _asks(draft) in asked:
            wrong.append("it is asked twice")
        asked.add(_asks(draft))
        if wrong:
            faults.append(f"{number}: {'; '.join(wrong)}")
        else:
            kept.append(draft)
    return kept, faults


def draft_of(exercise: Exercise, wish: Wish) -> Draft:
    place = exercise.about - 1
    concept = wish.concepts[place] if 0 <= place < len(wish.concepts) else None
    kind: str = exercise.type
    answers = [one.strip() for one in exercise.answers]
    if kind == Type.TRUE_FALSE:
        answers = [one.casefold() for one in answers]
    asked = wish.language if wish.kind == "picture" else wish.native
    shown = wish.native if kind == Type.TRANSLATION else wish.language
    draft = Draft(
        type=kind,
        key=list(dict.fromkeys(answers)),
        unit=f"model:{normal(exercise.passage or exercise.prompt or ' '.join(answers))[:100]}",
        difficulty=exercise.difficulty,
        prompt=exercise.prompt.strip(),
        passage=exercise.passage.strip(),
        cue=exercise.cue.strip()[:400],
        options=[one.strip() for one in exercise.options],
        explanation=exercise.explanation.strip(),
        concept=concept,
        languages={"prompt": asked, "passage": shown, "cue": wish.native},
    )
    # A hint that says too much is left out; the exercise may be good without it.
    hints = [one for one in exercise.hints[:3] if not gives_away(one, draft.answers)]
    return replace(draft, hints=hints)


def request_for(wish: Wish, *, faults: Sequence[str] = (), missing: int = 0) -> ChatRequest:
    prompt = prompts.load(PROMPTS[wish.kind])
    instructions = prompt.render(
        language=TAUGHT[wish.language].name,
        native_language=NATIVE[wish.native].name,
        level=wish.level,
        count=str(missing or wish.count),
        difficulty=str(wish.difficulty),
    )
    if faults:
        instructions += f"\n\nAn earlier try had these faults; make none of them:\n{_list(faults)}"
    material = "\n".join(f"{place}. {line}" for place, line in enumerate(wish.lines, 1))
    block = prompts.learner_block(material[:LONGEST_MATERIAL])
    return ChatRequest(
        purpose=PROMPTS[wish.kind],
        instructions=instructions,
        messages=(ChatMessage("user", block),),
        language=wish.language,
        level=wish.level,
        native_language=wish.native,
        prompt=prompt.label,
        temperature=0.7,
        max_tokens=4000,
        names=tuple(wish.names),
    )


def _list(faults: Sequence[str]) -> str:
    return "\n".join(f"- {fault}" for fault in faults)


def _too_hard(draft: Draft, wish: Wish) -> list[str]:
    from ai.language.difficulty import too_hard  # loads word frequencies

    if wish.kind != "picture" and draft.type not in _TARGET_TYPES:
        return []
    text = draft.passage.replace(GAP, draft.key[0] if draft.key else "") or " ".join(draft.options)
    if wish.kind == "picture":
        text = draft.prompt
    hard = bool(text) and too_hard(text, language=wish.language, level=wish.level)
    return ["it is too hard for the level"] if hard else []


def _asks(draft: Draft) -> str:
    return normal(f"{draft.prompt} {draft.passage} {' '.join(map(str, draft.key))}")
