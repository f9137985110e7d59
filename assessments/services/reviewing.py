"""Judging free texts, after they are stored: read, judge outside any transaction, write once."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from ai.models import UsageRecord
from assessments.models import Assessment, Item, Response, WritingReview
from assessments.services.evidence import SOURCE, Tested
from assessments.writing.judgement import PASSES_AT, Judgement, Task
from config.languages import NATIVE
from learning.concepts.models import Concept
from learning.concepts.selectors import points_of_rules
from learning.mastery.models import Skill, Surface
from learning.mastery.services import Shown, record_evidence
from learning.mastery.skills import set_skill_levels

BY_READERS: Final = 1.0
"""Weight of a text that two runs agree on; what rules count says less."""
BY_RULES: Final = 0.5
WAITED: Final = timedelta(minutes=20)
"""A text unread for so long was lost by the queue; until then its task may still be trying."""
GIVEN_UP: Final = timedelta(days=14)


def review_writing(*, response_id: UUID | str, by_rules: bool, now: datetime) -> bool:
    """Judge a stored text, by a model when one can be asked and `by_rules` does not say otherwise.

    False when there is nothing to judge, or it was judged meanwhile. Raises AllProvidersFailed or
    ProviderError; the text stays and can be judged later.
    """
    response = _unread().filter(pk=response_id).first()
    if response is None:
        return False
    judgement = _judge(response, by_rules=by_rules)
    with transaction.atomic():
        return _write(response, judgement, now=now)


def unread_texts(*, now: datetime, limit: int = 100) -> list[UUID]:
    """Texts that wait for longer than any task tries: the queue was down, or a worker died."""
    waiting = _unread().filter(answered_at__range=(now - GIVEN_UP, now - WAITED))
    return list(waiting.order_by("answered_at").values_list("pk", flat=True)[:limit])


def _unread() -> Any:
    texts = Response.objects.filter(
        item__type=Item.Type.CONVERSATION, answered_at__isnull=False, review__isnull=True
    ).exclude(answer="")
    return texts.select_related("item", "assessment__learner")


def _judge(response: Response, *, by_rules: bool) -> Judgement:
    # The readers bring the provider SDKs and the word lists: 500 MB that only workers should load.
    from assessments.writing import model, rules

    task = task_of(response)
    if by_rules or not model.available():
        return rules.judge(response.answer, task)
    learner = response.assessment.learner
    return model.judge(
        response.answer,
        task,
        names=(learner.name,),
        user_id=learner.pk,
        reference=response.pk,
    )


def task_of(response: Response) -> Task:
    item, native = response.item, response.assessment.learner.native_language
    return Task(
        language=item.language,
        level=item.level,
        prompt=item.prompt,
        aims=item.aims,
        words=item.words,
        native_language=native if native in NATIVE else "en",
    )


def _write(response: Response, judgement: Judgement, *, now: datetime) -> bool:
    held = (
        Assessment.objects.select_for_update()
        .select_related("learner")
        .get(pk=response.assessment_id)
    )
    review, new = WritingReview.objects.get_or_create(
        response=response, defaults=_review_fields(response, judgement)
    )
    if not new:
        return False
    share = judgement.share
    # A tutor may have graded it while it was read: their word stands, and the reading beside it.
    response.refresh_from_db(fields=["graded_by"])
    if share is not None and response.graded_by_id is None:
        response.score, response.correct = share, share >= PASSES_AT
        response.save(update_fields=["score", "correct"])
        _write_level(held, judgement.level, now=now)
        _record_evidence(held, response, judgement)
    return True


def _review_fields(response: Response, judgement: Judgement) -> Mapping[str, Any]:
    return {
        "outcome": judgement.outcome,
        "scorer": _scorer(response, judgement),
        "criteria": [asdict(one) for one in judgement.scores],
        "corrections": [
            {name: value for name, value in asdict(one).items() if name != "rule"}
            for one in judgement.corrections
        ],
        "runs": list(judgement.runs),
    }


def _scorer(response: Response, judgement: Judgement) -> str:
    """With the model that answered, as the usage ledger has it."""
    used = UsageRecord.objects.filter(reference=response.pk, user=response.assessment.learner_id)
    last = used.filter(outcome=UsageRecord.Outcome.OK).order_by("-created_at").first()
    if last is None or judgement.outcome == WritingReview.Outcome.RULES:
        return judgement.scorer
    return f"{last.provider} {last.model}, {judgement.scorer}"[:80]


def _write_level(assessment: Assessment, level: str, *, now: datetime) -> None:
    """Writing stands beside the skills that the engine measured; criteria give no probability."""
    row = {"skill": Skill.WRITING, "level": level, "probability": None, "items": 1}
    others = [one for one in assessment.scores if one["skill"] != Skill.WRITING]
    assessment.scores = [*others, row]
    assessment.save(update_fields=["scores"])
    set_skill_levels(
        learner=assessment.learner,
        language=assessment.language,
        levels={Skill.WRITING: level},
        now=now,
    )


def _record_evidence(assessment: Assessment, response: Response, judgement: Judgement) -> None:
    """The text counts for what it is about; a slip that a rule found, for its grammar point."""
    read = judgement.outcome == WritingReview.Outcome.AGREED
    weight = BY_READERS if read else BY_RULES
    language = assessment.language
    shown = [
        _shown(concept, response, correct=bool(response.correct), weight=weight)
        for concept in Tested([response.item], language).by(response.item)
    ]
    rules = {one.rule for one in judgement.corrections if one.rule}
    if rules:
        points = points_of_rules(language)
        missed = {points[rule].pk: points[rule] for rule in rules if rule in points}
        shown += [
            _shown(point, response, correct=False, weight=BY_RULES) for point in missed.values()
        ]
    at = response.answered_at
    if at:
        record_evidence(learner=assessment.learner, shown=shown, now=at)


def _shown(concept: Concept, response: Response, *, correct: bool, weight: float) -> Shown:
    return Shown(
        concept=concept,
        surface=Surface.ASSESSMENT,
        correct=correct,
        source_type=SOURCE,
        source_id=response.pk,
        skill=Skill.WRITING,
        weight=weight,
    )
