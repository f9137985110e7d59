"""A short Spanish lesson, fictional, and sessions made of it."""

from datetime import UTC, datetime

from conversations.transcripts.models import TranscriptChunk, TutoringSession
from conversations.transcripts.processing import process_session
from conversations.transcripts.services import upload_transcript

HELD = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LESSON = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Tessa Brandt>Hola, Ana. ¿Cómo estás hoy?

00:00:05.000 --> 00:00:09.000
<v Ana Torres>Hoy soy cansada porque ayer cociné con mi hermana.

00:00:10.000 --> 00:00:14.000
<v Tessa Brandt>Se dice: hoy estoy cansada. ¿Qué cocinaste?

00:00:15.000 --> 00:00:24.000
<v Ana Torres>Cociné una sopa de verduras con tomate y cebolla.
Compré el pan y el queso en el mercado.

00:00:25.000 --> 00:00:29.000
<v Tessa Brandt>¡Muy bien! ¿La sopa llevaba arroz o patatas?

00:00:30.000 --> 00:00:38.000
<v Ana Torres>La sopa llevaba arroz, y el pan y el queso estaban muy buenos con la cebolla.

00:00:39.000 --> 00:00:46.000
<v Tessa Brandt>Para la próxima clase, escribe una receta con diez frases.
"""


def uploaded(student, *, text=LESSON, uploader=None, **fields) -> TutoringSession:
    fields = {"held_at": HELD, "now": NOW, **fields}
    return upload_transcript(uploader=uploader or student, student=student, text=text, **fields)


def processed(student, **fields) -> TutoringSession:
    session = uploaded(student, **fields)
    assert process_session(session_id=session.pk) is None
    session.refresh_from_db()
    return session


def read_through(student, *, chunks=2, timed=True, **fields) -> TutoringSession:
    """A session as it stands once it is read, without the work of reading it.

    A chunk is two turns, ten seconds apart; with `timed=False` nobody noted the time.
    """
    session = uploaded(student, **fields)
    student_says, tutor_says = "Ana: Fui al mercado.", "Tessa: ¿Y qué compraste?"
    for number in range(chunks):
        start = 20.0 * number
        times = (start, start + 10) if timed else (None, None)
        TranscriptChunk.objects.create(
            session=session,
            student=student,
            language=session.language,
            position=number,
            text=f"{student_says}\n{tutor_says}",
            speakers=["Ana", "Tessa"],
            start=times[0],
            end=times[1],
            utterances=[
                {"speaker": "Ana", "start": times[0], "end": times[0], "at": 5, "to": 20},
                {"speaker": "Tessa", "start": times[1], "end": times[1], "at": 28, "to": 45},
            ],
        )
    proof = {"quote": "Fui al mercado", "speaker": "Ana", "position": 0}
    proof["start"] = 0.0 if timed else None
    TutoringSession.objects.filter(pk=session.pk).update(
        status="completed",
        step="done",
        progress=100,
        speakers=["Ana", "Tessa"],
        student_speaker="Ana",
        title="La cocina",
        analysed_by="builtin",
        analysis={
            "topics": ["Food and drink"],
            "studentStrengths": ["You told it clearly"],
            "areasForImprovement": ["ser and estar: say “estoy”, not “soy”"],
            "actionItems": ["Escribe una receta."],
            "proofs": {
                "studentStrengths": [proof],
                "areasForImprovement": [proof],
                "actionItems": [proof],
            },
            "slips": [],
        },
    )
    session.refresh_from_db()
    return session
