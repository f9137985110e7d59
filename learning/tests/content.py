"""A small shelf for tests: grammar points with their lessons and exercises, and conversations."""

import factory

from learning.content.services import save_content
from learning.models import ContentItem
from learning.tests.learners import ConceptFactory

Type = ContentItem.Type
TASKS = [
    {"id": "one", "type": "choice", "prompt": "Yo ___ Ana.", "options": ["estoy", "soy"],
     "answers": ["soy"]},
    {"id": "two", "type": "gap", "prompt": "Hoy ___ cansada.", "cue": "I am tired today.",
     "answers": ["estoy"], "hint": "e"},
    {"id": "three", "type": "correct", "prompt": "Mi hermana esta médica.",
     "answers": ["Mi hermana es médica.", "Es médica mi hermana."], "hint": "esta"},
]  # fmt: skip
RIGHT = {"one": "soy", "two": "estoy", "three": "Mi hermana es médica."}


class ContentFactory(factory.django.DjangoModelFactory):
    """A lesson of Spanish at A2 that staff wrote; `concepts` links it."""

    class Meta:
        model = ContentItem
        skip_postgeneration_save = True

    content_type = Type.LESSON
    language = "es"
    level = "A2"
    title = factory.Sequence(lambda number: f"Piece {number}")
    content = factory.LazyFunction(lambda: {"explanation": {"en": "How it goes."}})

    @classmethod
    def _create(cls, model_class, *args, **fields):
        return save_content(item=model_class(**fields))

    @factory.post_generation
    def concepts(self, create, extracted, **fields):
        self.concepts.set(extracted or [])


def point(slug, **fields):
    return ConceptFactory(slug=slug, **fields)


def lesson(concept=None, **fields):
    concepts = [concept] if concept else []
    told = {"level": concept.level, "title": concept.name} if concept else {}
    return ContentFactory(concepts=concepts, **(told | fields))


def exercise(concept=None, **fields):
    content = {"tasks": TASKS, "explanation": {"en": "Use ser for who you are."}}
    return lesson(concept, content_type=Type.EXERCISE, **({"content": content} | fields))


def starter(**fields):
    content = {"setting": "You are at a market.", "goal": "Buy fruit.", "opening": "¡Hola!"}
    return ContentFactory(content_type=Type.CONVERSATION_STARTER, **({"content": content} | fields))
