"""A search among many learners' chunks: what it misses, and what it costs beside its own SQL.

    python -m config.embedded --var var/bench python -m benchmarks.retrieval [--chunks 100000]

Fifty learners have a fiftieth of the chunks each, so the filter lets 2 % through. Vectors lie in
clusters as those of texts do, and each question near a chunk of the learner who asks; text is put
together from the gold set. The chunks are made once in a database of their own and kept.
Recall is of the ten nearest of the learner's chunks, by an exact scan. The floor is the same three
statements sent by bare psycopg, turn and turn about with the search, which also reads the thirty
best passages sentence by sentence. The vector of the question is ready: `embedding` is what it
costs besides.
"""

import argparse
import json
import random
import statistics
import time
from uuid import uuid4

import numpy as np

from benchmarks.questions import use_own_database

LEARNERS, CLUSTERS, SENTENCES = 50, 400, 12
DIMENSIONS, SHORT = 1536, 512
EMBEDDER = "use512-ngram1024.v1"
COLUMNS = (
    'id, session_id, student_id, position, language, text, speakers, start, "end", utterances,'
    " embedder, content_hash, embedding, sentences, search, created_at"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    use_own_database(f"parlance_retrieval_{options.chunks}")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    prepare(options.chunks)
    report(options.rounds)


def clusters() -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.standard_normal((CLUSTERS, DIMENSIONS)).astype(np.float32)


def near(middles: np.ndarray, rng, spread: float = 0.8) -> np.ndarray:
    made = middles + spread * rng.standard_normal(middles.shape).astype(np.float32)
    return made / np.linalg.norm(made, axis=-1, keepdims=True)


def prepare(size: int) -> None:
    from accounts.tests.factories import UserFactory
    from conversations.models import TranscriptChunk

    if TranscriptChunk.objects.count() >= size:
        return
    began = time.perf_counter()
    learners = [UserFactory() for _ in range(LEARNERS)]
    sessions = [session_of(learner) for learner in learners]
    definition = without_index()
    load(size, sessions)
    loaded = time.perf_counter()
    with_index(definition)
    print(f"loaded {size:,} chunks in {loaded - began:.0f} s,", end=" ")
    print(f"indexed them in {time.perf_counter() - loaded:.0f} s")


def session_of(learner):
    from django.utils import timezone

    from conversations.models import TutoringSession

    return TutoringSession.objects.create(
        student=learner,
        language="es",
        title="Una clase",
        subject="",
        held_at=timezone.now(),
        format=TutoringSession.Format.PLAIN_TEXT,
        file="transcripts/bench.txt",
        size=1,
        content_hash=uuid4().hex,
        status=TutoringSession.Status.COMPLETED,
    )


def index_name() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'conversations_transcriptchunk'"
            " AND indexdef LIKE '%%hnsw%%'"
        )
        return cursor.fetchone()[0]


def without_index() -> str:
    """A graph is built much faster than it grows."""
    from django.db import connection

    name = index_name()
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {name}")
    return definition


def with_index(definition: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1500MB'")
        cursor.execute("SET max_parallel_maintenance_workers = 2")
        cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("ANALYZE conversations_transcriptchunk")


def load(size: int, sessions) -> None:
    from django.db import connection
    from django.utils import timezone

    rng, dice, now = np.random.default_rng(2), random.Random(2), timezone.now()
    middles, told = clusters(), sentences()
    lexemes = [lexemes_of(dice, told) for _ in range(500)]
    with connection.cursor() as cursor:
        statement = f"COPY conversations_transcriptchunk ({COLUMNS}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for number in range(size):
                session = sessions[number % LEARNERS]
                vector = near(middles[rng.integers(CLUSTERS)], rng)
                text, said, search = lexemes[dice.randrange(len(lexemes))]
                short = rng.integers(-127, 127, SENTENCES * SHORT, dtype=np.int8).tobytes()
                copy.write_row(
                    [
                        uuid4(),
                        session.pk,
                        session.student_id,
                        number,
                        "es",
                        text,
                        ["Marta"],
                        0.0,
                        60.0,
                        said,
                        EMBEDDER,
                        "",
                        "[" + ",".join(np.char.mod("%.4f", vector)) + "]",
                        short,
                        search,
                        now,
                    ]
                )


def sentences() -> list[str]:
    from conversations import gold
    from conversations.gold import utterances_of

    spanish = [told for told in gold.read().values() if told["language"] == "es"]
    said = [one.text for told in spanish for one in utterances_of(told)]
    return [text for text in said if text.count(".") == 1 and text.endswith(".")]


def lexemes_of(dice: random.Random, told: list[str]) -> tuple[str, str, str]:
    """Text of a chunk, its utterances as JSON, and its words as PostgreSQL has them."""
    from django.db import connection

    text, said = "", []
    for line in dice.choices(told, k=SENTENCES):
        text += "\nMarta: " if text else "Marta: "
        said.append({"speaker": "Marta", "start": 0.0, "end": 5.0, "at": len(text)})
        text += line
        said[-1]["to"] = len(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsvector('parlance_spanish', %s)::text", [text])
        return text, json.dumps(said), cursor.fetchone()[0]


def report(rounds: int) -> None:
    from conversations.models import TranscriptChunk

    rng, dice, told = np.random.default_rng(3), random.Random(3), sentences()
    learners = list(TranscriptChunk.objects.values_list("student_id", flat=True).distinct())
    middles = clusters()
    asked = [
        (
            dice.choice(learners),
            " ".join(dice.choice(told).split()[:7]),
            near(near(middles[rng.integers(CLUSTERS)], rng), rng, 0.02).tolist(),
        )
        for _ in range(rounds)
    ]
    for name, settings in (
        ("as the planner likes", ()),
        ("by the graph alone", ("enable_bitmapscan", "enable_sort", "enable_seqscan")),
    ):
        recalls, plan = recall_of(asked[:100], settings)
        print(f"{name}: {plan}; recall@10 {statistics.mean(recalls):.3f}", end=", ")
        print(f"lowest {min(recalls):.2f}")
    time_of(asked)


def asked_of(learner, words, vector):
    from conversations.retrieval.statements import Asked

    return Asked(
        learner_id=learner,
        student_ids=None,
        kinds=["transcript"],
        language="es",
        native_language="en",
        vector=json.dumps(vector),
        embedder=EMBEDDER,
        words=words.query,
        lexemes=words.lexemes,
    )


NEAREST = """
    SELECT id FROM conversations_transcriptchunk WHERE student_id = %s AND embedder = %s
    ORDER BY embedding <=> %s::halfvec LIMIT {limit}
"""


def recall_of(asked, settings) -> tuple[list[float], str]:
    from django.db import connection, transaction

    recalls, plan = [], ""
    for learner, _, vector in asked:
        given = [learner, EMBEDDER, json.dumps(vector)]
        with transaction.atomic(), connection.cursor() as cursor:
            for name in settings:
                cursor.execute(f"SET LOCAL {name} = off")
            cursor.execute("EXPLAIN " + NEAREST.format(limit=30), given)
            plan = next(row[0] for row in cursor.fetchall() if "Scan" in row[0]).split("(")[0]
            cursor.execute(NEAREST.format(limit=30), given)
            # Relaxed order: the ten nearest are among the thirty that a search takes.
            found = [row[0] for row in cursor.fetchall()]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute(NEAREST.format(limit=10), given)
            exact = {row[0] for row in cursor.fetchall()}
        recalls.append(len(exact & set(found)) / len(exact))
    return recalls, " ".join(plan.replace("->", "").split())


def time_of(asked) -> None:
    import psycopg
    from asgiref.sync import async_to_sync
    from django.db import connection

    from ai.embeddings import Vectors
    from conversations.retrieval.vectors import vectors_of
    from conversations.retrieval.words import words_of

    taken = {"search": [], "its SQL": [], "its database part": [], "embedding": []}
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as bare:
        for turn, (learner, question, vector) in enumerate(asked):
            words = words_of(question, languages=("es", "en"))
            about = Vectors(EMBEDDER, [vector, vector])
            asking = asked_of(learner, words, vector)
            if turn % 2:
                ours(learner, question, about, taken)
                floor(bare, question, asking, taken)
            else:
                floor(bare, question, asking, taken)
                ours(learner, question, about, taken)
            if turn < 30:
                began = time.perf_counter()
                async_to_sync(vectors_of)([question, words.telling])
                taken["embedding"].append(time.perf_counter() - began)
    p95 = {name: percentile(times, 0.95) for name, times in taken.items()}
    for name, times in taken.items():
        print(f"{name:18} p50 {percentile(times, 0.5):6.1f} ms  p95 {p95[name]:6.1f} ms")
    for name in ("search", "its database part"):
        print(f"p95 of {name} to that of its SQL: {p95[name] / p95['its SQL']:.2f}")


def ours(learner, question, about, taken) -> None:
    from conversations.retrieval import search
    from conversations.retrieval.ranking import ranked
    from conversations.retrieval.words import words_of

    began = time.perf_counter()
    pool = search.candidates(
        words=words_of(question, languages=("es", "en")),
        about=about,
        learner_id=learner,
        student_ids=None,
        kinds=["transcript"],
        language="es",
        native_language="en",
    )
    read = time.perf_counter()
    ranked(question, pool, language="es", limit=6)
    taken["its database part"].append(read - began)
    taken["search"].append(time.perf_counter() - began)


def floor(bare, question, asked, taken) -> None:
    """The same statements, with what a program cannot do without to send them."""
    from conversations.retrieval import words as words_module
    from conversations.retrieval.statements import Statement

    configs, stems = ["parlance_english", "parlance_spanish"], ["english_stem", "spanish_stem"]
    given = {"question": question, "most": words_module.MOST, "configs": configs, "stems": stems}
    statement = Statement(asked)
    began = time.perf_counter()
    bare.execute(words_module._LEXEMES, given).fetchall()
    hits = bare.execute(*statement.candidates()).fetchall()
    best = sorted(hits, key=lambda row: -row[3])
    ids = list({row[1]: None for row in best})[:30]
    bare.execute(*statement.rows(ids, [])).fetchall()
    taken["its SQL"].append(time.perf_counter() - began)


def percentile(times: list[float], part: float) -> float:
    return 1000 * sorted(times)[min(int(part * len(times)), len(times) - 1)]


if __name__ == "__main__":
    main()
