"""Practice sets for tests: made by hand, so that no test depends on what is authored."""

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from learning.models import Concept, RecurringError
from learning.tests.learners import START, ConceptFactory
from practice.models import PracticeSet, Question, Visibility, VocabularyItem, VocabularyList

SLIPS = [
    {"wrong": "Soy cansado.", "right": "Estoy cansado."},
    {"wrong": "Ella es en casa.", "right": "Ella está en casa."},
]
EXAMPLES = [
    {"text": "Hoy estoy muy contenta.", "translation": "I am very happy today."},
    {"text": "Mi padre es médico aquí.", "translation": "My father is a doctor here."},
]
WORDS = {
    "manzana": ("apple", "Como una manzana."),
    "pera": ("pear", "Hay una pera verde."),
    "mesa": ("table", "La mesa es nueva."),
    "casa": ("house", "Vivo en una casa."),
    "silla": ("chair", "Compro una silla."),
    "leche": ("milk", "Bebo leche fría."),
    "calle": ("street", "La calle es larga."),
    "ciudad": ("city", "La ciudad es antigua."),
}


def learner(name="Ana", level="A1"):
    ana = UserFactory(name=name)
    LearnerLanguageFactory(user=ana, language="es", level=level)
    return ana


def point(**more):
    fields = {"slug": "ser-estar", "level": "A1", "slips": SLIPS, "examples": EXAMPLES}
    told = {"en": "How things are now takes the other verb."}
    return ConceptFactory(**fields | {"explanation": told} | more)


def starter():
    """A starter list of feminine nouns, each with its concept."""
    into = VocabularyList.objects.create(
        name="Things", slug="things", language="es", visibility=Visibility.PUBLIC
    )
    return [
        VocabularyItem.objects.create(
            vocabulary_list=into,
            language="es",
            text=text,
            translations={"en": meaning},
            part_of_speech="noun",
            gender="feminine",
            example=example,
            example_translations={"en": f"({meaning} in a sentence)"},
            level="A1",
            position=place,
            concept=ConceptFactory(
                kind=Concept.Kind.LEMMA, slug=text, level="A1", forms=[text], frequency=4.5
            ),
        )
        for place, (text, (meaning, example)) in enumerate(WORDS.items())
    ]


def open_error(ana, original="Soy cansado", corrected="Estoy cansado", **more):
    return RecurringError.objects.create(
        learner=ana,
        language="es",
        key=original,
        kind="grammar",
        original=original,
        corrected=corrected,
        reason="A state takes the other verb.",
        status=RecurringError.Status.OPEN,
        times=2,
        first_seen_at=START,
        last_seen_at=START,
        **more,
    )


def ready_set(ana, *questions, **more):
    """A set of these questions, each a mapping of fields; of three usual ones without any."""
    fields = {"language": "es", "level": "A1", "status": PracticeSet.Status.READY}
    made = PracticeSet.objects.create(learner=ana, **fields | more)
    for place, question in enumerate(questions or usual(), 1):
        Question.objects.create(practice_set=made, position=place, **question)
    return made


def usual(concept=None):
    hints = ["This is about states.", "It has 5 letters.", "A similar one: “está” is “is”."]
    return [
        {
            "type": "multiple_choice",
            "passage": "Yo ___ cansada.",
            "options": ["soy", "estoy"],
            "key": ["estoy"],
            "hints": ["This is about states."],
            "concept": concept,
        },
        {
            "type": "cloze",
            "passage": "Ella ___ en casa.",
            "cue": "She is at home.",
            "key": ["está"],
            "hints": hints[:2],
            "concept": concept,
        },
        {
            "type": "ordering",
            "options": ["La", "nueva", "casa", "es"],
            "key": ["La casa es nueva.", "La nueva casa es."],
            "concept": concept,
        },
    ]
