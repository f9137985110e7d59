import io
import json

import pytest
from django.core.files.base import ContentFile, File

from config.errors import TooLarge
from conversations.transcripts.chunking import FULL, FULLER, chunks_of
from conversations.transcripts.errors import (
    EmptyTranscript,
    Malformed,
    NotText,
    UnknownEncoding,
    WrongFormat,
)
from conversations.transcripts.intake import look_at
from conversations.transcripts.parsing import parse
from conversations.transcripts.parsing.utterances import LONGEST, Utterance
from conversations.transcripts.speakers import student_among

VTT = """WEBVTT

NOTE made by a tool

1
00:00:01.000 --> 00:00:03.500
<v Tessa Brandt>¿Qué hiciste ayer?</v>

00:00:04.000 --> 00:00:06.000
<v.loud Ana Torres>Ayer fui al <i>mercado</i></v>

00:00:06.200 --> 00:00:08.000
<v Ana Torres>y compré pan &amp; queso.</v>
"""
SRT = """1
00:00:01,000 --> 00:00:03,500
Tessa: ¿Qué hiciste ayer?

2
00:00:04,000 --> 00:00:08,000
Ana: Ayer fui al mercado
y compré pan.
"""
PLAIN = """Tessa: ¿Qué hiciste ayer?
Ana: Ayer fui al mercado
y compré pan.

Tessa: Muy bien. Mira: eso es perfecto.
Ana: Gracias.
"""


def read(text, format="", encoding="utf-8"):
    file = ContentFile(text if isinstance(text, bytes) else text.encode(encoding))
    seen = look_at(file, declared=format)
    return list(parse(file, format=seen.format, encoding=seen.encoding))


def said(text, **options):
    return [(one.speaker, one.text, one.start) for one in read(text, **options)]


def test_vtt_keeps_voices_and_joins_what_captions_cut():
    assert said(VTT) == [
        ("Tessa Brandt", "¿Qué hiciste ayer?", 1.0),
        ("Ana Torres", "Ayer fui al mercado y compré pan & queso.", 4.0),
    ]


def test_several_voices_in_one_caption():
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ana>Hola <v Tessa>Buenos días\n"
    assert said(text) == [("Ana", "Hola", 1.0), ("Tessa", "Buenos días", 1.0)]


def test_srt():
    assert said(SRT) == [
        ("Tessa", "¿Qué hiciste ayer?", 1.0),
        ("Ana", "Ayer fui al mercado y compré pan.", 4.0),
    ]


def test_captions_without_their_header_numbers_or_blank_lines():
    text = "00:01.000 --> 00:02.000\nAna: Hola\n00:05.000 --> 00:06.000\nTessa: Buenas"
    assert said(text, format="vtt") == [("Ana", "Hola", 1.0), ("Tessa", "Buenas", 5.0)]


def test_plain_text_with_names():
    assert said(PLAIN) == [
        ("Tessa", "¿Qué hiciste ayer?", None),
        ("Ana", "Ayer fui al mercado y compré pan.", None),
        ("Tessa", "Muy bien. Mira: eso es perfecto.", None),
        ("Ana", "Gracias.", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[00:01:05] Ana: Hola\n[00:01:09] Tessa: Buenas\n",
        "00:01:05 Ana: Hola\n00:01:09 Tessa: Buenas\n",
        "Ana (00:01:05): Hola\nTessa (00:01:09): Buenas\n",
        "Ana  1:05\nHola\n\nTessa  1:09\nBuenas\n",
        "10:01:05 Ana: Hola\n10:01:09 Tessa: Buenas\n",
    ],
)
def test_plain_text_with_times(text):
    found = said(text)
    assert [one[:2] for one in found] == [("Ana", "Hola"), ("Tessa", "Buenas")]
    assert found[1][2] - found[0][2] == 4


def test_prose_without_names_is_said_by_nobody():
    assert said("Hoy hablamos del tiempo.\nLlueve.") == [
        ("", "Hoy hablamos del tiempo. Llueve.", None)
    ]


WORDS = [{"word": "Ayer", "start": 4.0, "end": 4.4}, {"word": "fui", "start": 4.5, "end": 5.0}]
MEETINGS = {
    "a plain list": [
        {"speaker": "Tessa", "start": 1, "end": 3, "text": "¿Qué hiciste?"},
        {"speaker": "Ana", "start": 4, "end": 5, "words": WORDS},
    ],
    "read ai": {
        "transcript": {
            "speakers": [{"name": "Tessa"}, {"name": "Ana"}],
            "speaker_blocks": [
                {
                    "speaker": {"name": "Tessa"},
                    "start_time": "1763200001000",
                    "end_time": "1763200003000",
                    "words": "¿Qué hiciste?",
                },
                {
                    "speaker": {"name": "Ana"},
                    "start_time": "1763200004000",
                    "end_time": "1763200005000",
                    "words": "Ayer fui",
                },
            ],
        }
    },
    "otter": {
        "speech": {
            "speakers": [{"id": 1, "speaker_name": "Tessa"}, {"id": 2, "speaker_name": "Ana"}],
            "transcripts": [
                {
                    "transcript": "¿Qué hiciste?",
                    "speaker_id": 1,
                    "start_offset": 16000,
                    "end_offset": 48000,
                },
                {
                    "transcript": "Ayer fui",
                    "speaker_id": 2,
                    "start_offset": 64000,
                    "end_offset": 80000,
                },
            ],
        }
    },
    "fireflies": {
        "title": "Clase",
        "sentences": [
            {"speaker_name": "Tessa", "text": "¿Qué hiciste?", "start_time": 1.0, "end_time": 3.0},
            {"speaker_name": "Ana", "text": "Ayer fui", "start_time": 4.0, "end_time": 5.0},
        ],
    },
    "google meet": {
        "participants": [
            {"name": "c/1/participants/9", "signedinUser": {"displayName": "Tessa"}},
            {"name": "c/1/participants/8", "anonymousUser": {"displayName": "Ana"}},
        ],
        "transcriptEntries": [
            {
                "participant": "c/1/participants/9",
                "text": "¿Qué hiciste?",
                "startTime": "2025-11-15T10:00:01Z",
                "endTime": "2025-11-15T10:00:03Z",
            },
            {
                "participant": "c/1/participants/8",
                "text": "Ayer fui",
                "startTime": "2025-11-15T10:00:04Z",
                "endTime": "2025-11-15T10:00:05Z",
            },
        ],
    },
    "rev": {
        "speakers": [{"id": 0, "name": "Tessa"}, {"id": 1, "name": "Ana"}],
        "monologues": [
            {
                "speaker": 0,
                "elements": [
                    {"type": "text", "value": "¿Qué", "ts": 1.0, "end_ts": 1.5},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "hiciste?", "ts": 1.6, "end_ts": 3.0},
                ],
            },
            {
                "speaker": 1,
                "elements": [
                    {"type": "text", "value": "Ayer", "ts": 4.0, "end_ts": 4.4},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "fui", "ts": 4.5, "end_ts": 5.0},
                ],
            },
        ],
    },
    "milliseconds": {
        "utterances": [
            {"speaker": "Tessa", "start": 1000, "end": 3000, "text": "¿Qué hiciste?"},
            {"speaker": "Ana", "start": 4000, "end": 5000, "text": "Ayer fui"},
        ]
    },
}


@pytest.mark.parametrize("name", MEETINGS)
def test_json_of_meeting_tools(name):
    found = read(json.dumps(MEETINGS[name], ensure_ascii=False))
    assert [(one.speaker, one.text) for one in found] == [
        ("Tessa", "¿Qué hiciste?"),
        ("Ana", "Ayer fui"),
    ]
    assert found[1].start - found[0].start == pytest.approx(3)
    assert found[1].end - found[1].start == pytest.approx(1)


@pytest.mark.parametrize("text", ['{"a": [', "[" * 100_000, '{"a":' * 5000])
def test_broken_json(text):
    with pytest.raises(Malformed):
        list(parse(ContentFile(text.encode()), format="json", encoding="utf-8"))


@pytest.mark.parametrize("text", ["{}", "[]", '{"title": "x", "items": [1, 2]}'])
def test_json_in_which_nobody_speaks(text):
    assert list(parse(ContentFile(text.encode()), format="json", encoding="utf-8")) == []


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]
)
def test_encodings(encoding):
    text = (
        "Tessa: ¿Qué hiciste ayer, niña? ¿Fuiste al café?\n"
        "Ana: Fui al mercado, sí, mañana también iré.\n" * 9
    )
    assert read(text, encoding=encoding)[0].text == "¿Qué hiciste ayer, niña? ¿Fuiste al café?"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyTranscript),
        (b" \n\t\n ", EmptyTranscript),
        (b"%PDF-1.7 ...", NotText),
        (b"PK\x03\x04word/document.xml", NotText),
        (bytes(range(256)) * 40, NotText),
        (b"Ana: \x00\x01\x02 hola" * 20, NotText),
        (b"\xff\xfeA\xd8A\xd8", UnknownEncoding),
    ],
)
def test_what_is_no_transcript(data, error):
    with pytest.raises(error):
        look_at(ContentFile(data))


def test_a_file_that_is_too_large(settings):
    settings.TRANSCRIPT_MAX_BYTES = 1000
    with pytest.raises(TooLarge):
        look_at(ContentFile(b"x" * 1001))
    # A size that was lied about is found out while reading.
    file = File(io.BytesIO(b"x" * 1001), name="x")
    file.size = 10
    with pytest.raises(TooLarge):
        look_at(file)


@pytest.mark.parametrize(
    ("text", "declared"), [(PLAIN, "json"), (VTT, "plain_text"), ("[{}]", "vtt"), (SRT, "json")]
)
def test_another_format_than_was_said(text, declared):
    with pytest.raises(WrongFormat):
        look_at(ContentFile(text.encode()), declared=declared)


def test_chunks_end_with_an_exchange_and_know_where_words_stand():
    talk = [Utterance("Ana" if n % 2 else "Tessa", f"Frase {n} " * 20, n, n + 1) for n in range(90)]
    chunks = list(chunks_of(talk))
    assert len(chunks) > 3
    assert all(FULL * 0.7 < len(chunk.text) <= FULLER for chunk in chunks[:-1])
    spoken = [chunk.text[one["at"] : one["to"]] for chunk in chunks for one in chunk.utterances]
    assert spoken == [one.text for one in talk]
    assert chunks[1].start == chunks[1].utterances[0]["start"]
    assert chunks[0].text.startswith("Tessa: Frase 0")


def test_endless_talk_is_cut_at_sentences():
    found = read("Ana: " + "Esto es una frase bastante larga. " * 400)
    assert all(len(one.text) <= LONGEST for one in found)
    assert all(one.text.endswith(".") for one in found)


@pytest.mark.parametrize(
    ("speakers", "tutors", "expected"),
    [
        (["Ana Torres", "Tessa Brandt"], ["Tessa Brandt"], "Ana Torres"),
        (["ana", "Tessa"], [], "ana"),
        (["Ana T.", "Speaker 2"], [], "Ana T."),
        (["Student", "Tutor"], [], "Student"),
        (["Speaker 1", "Tessa Brandt"], ["Tessa Brandt"], "Speaker 1"),
        (["Speaker 1", "Speaker 2"], [], ""),
        (["Ana", "Ana Torres"], [], ""),
        (["Speaker 1", "Speaker 2", "Tessa"], ["Tessa Brandt"], ""),
        ([], [], ""),
    ],
)
def test_who_the_student_is(speakers, tutors, expected):
    assert student_among(speakers, student="Ana Torres", tutors=tutors) == expected
