import os
import signal
import subprocess
import sys
import time

import pytest

from ai.language import pool
from ai.language.pool import AnalysisPool, Unavailable

LIBRARIES = ("wordfreq", "simplemma", "py3langid", "harper", "rapidfuzz")


@pytest.fixture
def analysis():
    made = AnalysisPool()
    yield made
    made.close()


async def test_runs_in_one_other_process(analysis):
    first = await analysis.run(os.getpid, deadline=30)
    assert first == await analysis.run(os.getpid, deadline=30)
    assert first != os.getpid()


async def test_a_killed_child_is_replaced(analysis):
    first = await analysis.run(os.getpid, deadline=30)
    os.kill(first, signal.SIGKILL)
    assert await analysis.run(os.getpid, deadline=30) != first


async def test_a_late_call_is_given_up_and_the_child_kept(analysis):
    first = await analysis.run(os.getpid, deadline=30)
    with pytest.raises(Unavailable):
        await analysis.run(time.sleep, 1, deadline=0.1)
    assert await analysis.run(os.getpid, deadline=30) == first


async def test_a_stuck_child_is_replaced(analysis, monkeypatch):
    monkeypatch.setattr(pool, "STUCK", 0.0)
    first = await analysis.run(os.getpid, deadline=30)
    with pytest.raises(Unavailable):
        await analysis.run(time.sleep, 60, deadline=0.2)
    assert await analysis.run(os.getpid, deadline=30) != first


async def test_a_failure_in_the_child_is_unavailable(analysis):
    with pytest.raises(Unavailable):
        await analysis.run(int, "no number", deadline=30)


async def test_without_an_answer_nothing_is_claimed(monkeypatch):
    async def fail(*args, **options):
        raise Unavailable("down")

    monkeypatch.setattr(pool.POOL, "run", fail)
    options = {"language": "es", "level": "A1"}
    assert await pool.run_check("Voy a el parque.", native_language="en", **options) is None
    assert await pool.run_difficulty("Hola", **options) is None
    assert await pool.run_too_hard("Hola", **options) is False
    assert await pool.run_detect("Hola", expected=("es", "en")) == "es"


@pytest.mark.process
def test_importing_the_tutor_loads_no_language_library():
    program = (
        "import sys, ai.language.pool, ai.providers.builtin, ai.scenarios\n"
        "ai.scenarios.catalogue('es', 'A1')\n"
        f"print([name for name in {LIBRARIES!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
