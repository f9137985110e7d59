"""Items and assessments for any app's tests."""

from datetime import UTC, datetime

import factory

from accounts.tests.factories import UserFactory
from assessments.bank.parameters import starting_parameters
from assessments.engine import LEVELS
from assessments.models import Item, Response
from assessments.services import answer_question, current_question, start_assessment

SKILLS = ("grammar", "vocabulary", "reading")
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


class ItemFactory(factory.django.DjangoModelFactory):
    """An active Spanish item whose key is always option b."""

    class Meta:
        model = Item

    language = "es"
    level = "B1"
    skill = "grammar"
    topic = "ser-estar"
    slug = factory.LazyAttributeSequence(
        lambda item, number: f"es-{item.level.lower()}-{item.skill}-{number}"
    )
    prompt = factory.Sequence(lambda number: f"Mi hermana número {number} ___ médica.")
    passage = factory.LazyAttribute(
        lambda item: "Mi hermana vive en Lima." if item.skill == "reading" else ""
    )
    options = factory.LazyFunction(
        lambda: [
            {"id": "a", "text": "está"},
            {"id": "b", "text": "es"},
            {"id": "c", "text": "hay"},
            {"id": "d", "text": "tiene"},
        ]
    )
    key = factory.LazyFunction(lambda: ["b"])
    explanation = "Professions take ser."
    state = Item.State.ACTIVE

    @classmethod
    def _create(cls, model_class, *args, **fields):
        start = starting_parameters(
            slug=fields["slug"],
            level=fields["level"],
            skill=fields["skill"],
            options=4 if fields["options"] else 0,
        )
        fields.setdefault("discrimination", start.discrimination)
        fields.setdefault("difficulty", start.difficulty)
        fields.setdefault("guessing", start.guessing)
        return super()._create(model_class, *args, **fields)


def make_bank(*, each=4, language="es"):
    """`each` items at every level and skill."""
    return [
        ItemFactory(
            language=language,
            level=level,
            skill=skill,
            topic=f"{skill}-{number}",
            slug=f"{language}-{level.lower()}-{skill}-{number}",
        )
        for level in LEVELS
        for skill in SKILLS
        for number in range(each)
    ]


def make_assessment(*, learner=None, answers=0, knows="B1", **fields):
    """An assessment with so many answers of somebody who knows everything up to a level."""
    learner = learner or UserFactory()
    assessment = start_assessment(learner=learner, language="es", **fields)
    for _ in range(answers):
        question = current_question(assessment)
        if question is None:
            break
        answer_question(assessment=assessment, question_id=question.pk, **reply(question, knows))
    assessment.refresh_from_db()
    return assessment


def reply(question, knows):
    """What somebody gives who knows every item up to a level, and says so when they do not."""
    if question.item.level <= knows:
        return {"answer": question.item.key[0]}
    return {"dont_know": True}


def typed_item(*, type="fill_blank", key=("está",), **fields):
    """An item answered by typing."""
    return ItemFactory(type=type, options=[], key=list(key), **fields)


def writing_item(**fields):
    return typed_item(
        **{
            "type": "conversation",
            "skill": "writing",
            "topic": "home",
            "key": ["Vivo en una casa pequeña cerca del mar, con mi hermana y dos gatos."],
            "prompt": "¿Cómo es tu casa? Escribe a una amiga.",
            "aims": ["says what the home is like", "says who lives there"],
            "words": [10, 40],
        }
        | fields
    )


def make_answer(item, answer="", *, learner=None, correct=None, **fields):
    """One answer on record, in an assessment of its own."""
    assessment = start_assessment(learner=learner or UserFactory(), language=item.language)
    return Response.objects.create(
        assessment=assessment,
        item=item,
        number=1,
        discrimination=item.discrimination,
        difficulty=item.difficulty,
        guessing=item.guessing,
        answer=answer,
        correct=correct,
        answered_at=NOW,
        **fields,
    )
