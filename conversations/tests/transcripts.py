"""A short Spanish lesson, fictional, and sessions made of it."""

from datetime import UTC, datetime

from conversations.transcripts.models import TutoringSession
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
<v Ana Torres>Cociné una sopa de verduras con tomate y cebolla. Compré el pan y el queso en el mercado.

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
