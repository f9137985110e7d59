"""A learner with some history, a tutor and an admin, to look around with. Fictional, all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from accounts.selectors import local_day
from accounts.services import approve_tutor, assign_tutor, complete_onboarding, register_user
from assessments.models import Assessment, Item, Response
from assessments.services import answer_question, current_question, start_assessment
from config.ids import new_id
from conversations.events import CorrectionEvent
from conversations.handover.demo import seed_calls
from conversations.memory.demo import seed_memories
from conversations.models import Conversation, Message
from conversations.services import TurnResult, begin_turn, finish_turn, start_conversation
from conversations.transcripts.demo import seed_session
from learning.models import StudyDay
from practice.decks.demo import seed_cards

LANGUAGE, LEVEL = "es", "B1"
KNOWS_UP_TO = 0.1
"""The demo learner answers items no harder than this: the ability scale's B1."""
MINUTES_A_TURN = 2


@dataclass(frozen=True, slots=True)
class Account:
    who: str
    email: str
    password: str
    name: str


LEARNER = Account("learner", "ana@parlance.example", "Learn-every-day-1", "Ana Demo")
TUTOR = Account("tutor", "tessa@parlance.example", "Teach-every-day-1", "Tessa Demo")
ADMIN = Account("admin", "cleo@parlance.example", "Mind-the-shop-1", "Cleo Demo")
ACCOUNTS = (LEARNER, TUTOR, ADMIN)


@dataclass(frozen=True, slots=True)
class Slip:
    original: str
    corrected: str
    kind: str
    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    said: str
    reply: str
    slips: Sequence[Slip] = ()


STATE = "A passing state takes 'estar'."
TIRED = (
    Exchange(
        "Hoy soy cansada porque ayer trabajé hasta muy tarde.",
        "Vaya, espero que descanses. ¿En qué trabajas?",
        [Slip("soy", "estoy", "grammar", STATE, "rule:es.estar_state")],
    ),
)
GLAD = (
    Exchange(
        "Soy contenta con mi clase de cocina. Aprendemos recetas nuevas.",
        "¡Qué rico! ¿Qué plato te gusta más?",
        [Slip("Soy", "Estoy", "grammar", STATE, "rule:es.estar_state")],
    ),
)
BETTER = (
    Exchange("Estoy mejor esta semana: duermo ocho horas.", "Me alegro. ¿Qué haces por la tarde?"),
)
WALK = (
    Exchange(
        "Estuve en la montaña el domingo. La habitacion del refugio era muy fría.",
        "¡Qué aventura! ¿Con quién fuiste?",
        [Slip("habitacion", "habitación", "accent", "Words in '-ción' carry an accent.")],
    ),
)
FILM = (
    Exchange(
        "Estaba nerviosa por el examen y vi una película antigua.",
        "Una buena idea. ¿De qué trataba?",
    ),
)
FLAT = (
    Exchange(
        "Para mí lo más importante es que el piso tiene mucha luz.",
        "Entiendo que eso sea importante. ¿Has vivido antes con otras personas?",
        [Slip("tiene", "tenga", "grammar", "After 'es importante que' the verb is subjunctive.")],
    ),
    Exchange(
        "Sí, cuando estudiaba compartía piso con dos amigas.",
        "Esa experiencia te puede servir. ¿Qué cosas te molestan en la convivencia?",
    ),
)
JOURNEY = (
    Exchange(
        "Fui a Galicia con mi amiga Luisa. El tren era antiguo pero muy bonita.",
        "Suena muy bien. ¿Cómo era el lugar donde dormías?",
        [Slip("bonita", "bonito", "grammar", "'Tren' is masculine, so the adjective is too.")],
    ),
    Exchange(
        "Dormíamos en un hotel pequeño. La habitacion tenía una ventana al mar.",
        "Me lo puedo imaginar. ¿Qué problema tuvisteis?",
        [Slip("habitacion", "habitación", "accent", "Words in '-ción' carry an accent.")],
    ),
    Exchange(
        "Perdimos el autobús y tuvimos que esperar tres horas.",
        "¡Qué mala suerte! ¿Cómo te sentiste en ese momento?",
    ),
)
ABOUT = (
    Exchange(
        "Soy de Escocia y vivo en Leeds. Trabajo como enfermera en un hospital.",
        "Encantada, Ana. ¿Por qué aprendes español?",
    ),
    Exchange(
        "Aprendo español porque quiero trabajar un año en Valencia. Me cuesta el subjuntivo.",
        "Un buen motivo. ¿Qué te gusta hacer cuando no trabajas?",
    ),
    Exchange(
        "Me encanta cocinar. También tengo un perro que se llama Toby. Aprendo mejor con ejemplos.",
        "¡Qué bien! ¿Qué cocinas los domingos?",
    ),
)
MOVED = (
    Exchange(
        "Ahora vivo en Manchester. En julio voy a viajar a Valencia con mi hermana.",
        "¡Qué cambio! ¿Te gusta tu nueva ciudad?",
    ),
)
HISTORY = (
    ("", 18, ABOUT),
    ("", 16, TIRED),
    ("", 14, GLAD),
    ("", 12, BETTER),
    ("", 11, MOVED),
    ("", 9, WALK),
    ("", 6, FILM),
    ("buscar-piso", 2, FLAT),
    ("un-viaje-con-problemas", 1, JOURNEY),
)
"""Scenario, days ago, what was said: one error comes back and is overcome, another stays open."""
PLACED_DAYS_AGO = 3


def seed(*, now: datetime) -> None:
    """Make what is missing; a second run changes nothing. Asks no provider."""
    with transaction.atomic():
        admin = _admin(now)
        learner = _learner(now)
        tutor = _tutor(admin)
        assign_tutor(tutor=tutor, student=learner, admin=admin)
    if not Assessment.objects.filter(learner=learner).exists():
        _place(learner, now - timedelta(days=PLACED_DAYS_AGO))
    if not Conversation.objects.filter(learner=learner).exists():
        for scenario, days_ago, exchanges in HISTORY:
            _converse(learner, scenario, exchanges, now=now, days_ago=days_ago)
    seed_cards(learner=learner, now=now)
    seed_calls(learner=learner, tutor=tutor, now=now)
    seed_session(learner=learner, tutor=tutor, now=now)
    seed_memories(learner=learner, now=now)


def _found(account: Account) -> User | None:
    found: User | None = User.objects.by_email(account.email).first()
    return found


def _admin(now: datetime) -> User:
    return _found(ADMIN) or User.objects.create_superuser(
        ADMIN.email, ADMIN.password, name=ADMIN.name, email_verified_at=now
    )


def _learner(now: datetime) -> User:
    if found := _found(LEARNER):
        return found
    learner = _registered(LEARNER, "student", now)
    complete_onboarding(
        user=learner,
        native_language="en",
        language=LANGUAGE,
        motivation="a year in Valencia",
        interests=["cooking", "walking", "old films"],
        daily_minutes=20,
        timezone="Europe/Madrid",
    )
    return learner


def _tutor(admin: User) -> User:
    if found := _found(TUTOR):
        return found
    tutor = _registered(TUTOR, "tutor", admin.created_at)
    approve_tutor(tutor=tutor, admin=admin)
    return tutor


def _registered(account: Account, role: str, now: datetime) -> User:
    user = register_user(
        email=account.email, password=account.password, name=account.name, role=role
    )
    # Nobody reads mail at a demo address, so the link is not waited for.
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])
    return user


def _place(learner: User, at: datetime) -> None:
    if not Item.objects.active(LANGUAGE).exists():
        call_command("load_items", LANGUAGE, verbosity=0)
    assessment = start_assessment(learner=learner, language=LANGUAGE, now=at)
    question = current_question(assessment, now=at)
    while question is not None:
        at += timedelta(seconds=20)
        question = _answer(assessment, question, at)


def _answer(assessment: Assessment, question: Response, at: datetime) -> Response | None:
    known = question.item.difficulty <= KNOWS_UP_TO
    return answer_question(
        assessment=assessment,
        question_id=question.pk,
        answer=question.item.key[0] if known else "",
        dont_know=not known,
        time_spent=20,
        now=at,
    ).question


@transaction.atomic
def _converse(
    learner: User, scenario: str, exchanges: Sequence[Exchange], *, now: datetime, days_ago: int
) -> None:
    from conversations.evidence import read_message  # the word lists; no second start needs them

    conversation = start_conversation(
        learner=learner, language=LANGUAGE, level=LEVEL, scenario=scenario
    )
    for exchange in exchanges:
        turn = begin_turn(learner=learner, text=exchange.said, conversation_id=conversation.pk)
        found = [_correction(turn.turn_id, exchange.said, slip) for slip in exchange.slips]
        result = TurnResult(
            status=Message.Status.COMPLETE,
            text=exchange.reply,
            provider="builtin",
            corrections=found,
            rules={one.id: slip.rule for one, slip in zip(found, exchange.slips, strict=True)},
        )
        finish_turn(turn_id=turn.turn_id, result=result)
    _date_back(conversation, now=now, days_ago=days_ago)
    for message in conversation.messages.filter(role=Message.Role.USER).order_by("position"):
        read_message(message_id=message.pk)


def _correction(turn_id: str, said: str, slip: Slip) -> CorrectionEvent:
    start = said.index(slip.original)
    return CorrectionEvent(
        turn_id=turn_id,
        id=str(new_id()),
        start=start,
        end=start + len(slip.original),
        original=slip.original,
        corrected=slip.corrected,
        kind=slip.kind,
        reason=slip.reason,
    )


def _date_back(conversation: Conversation, *, now: datetime, days_ago: int) -> None:
    """Turns are always opened now; the demo's lie in the past, and so does their study day."""
    at = began = now - timedelta(days=days_ago)
    for message in conversation.messages.all():
        Message.objects.filter(pk=message.pk).update(created_at=at, finished_at=at)
        at += timedelta(minutes=MINUTES_A_TURN)
    Conversation.objects.filter(pk=conversation.pk).update(
        created_at=began, updated_at=at, last_message_at=at
    )
    learner = conversation.learner
    today = StudyDay.objects.filter(learner=learner, day=local_day(learner, now))
    today.update(day=local_day(learner, began))
