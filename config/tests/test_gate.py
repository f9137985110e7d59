"""Processes of `make run` that load their code while the database is prepared."""

import subprocess
import sys
import time

import pytest
from django.conf import settings

from config.gate import Gate, passed

pytestmark = pytest.mark.process
LOADED = "import pathlib\npathlib.Path({file!r}).touch()\n"


@pytest.fixture
def gate(tmp_path):
    made = Gate(tmp_path / "prepared")
    yield made
    made.give_up()


@pytest.fixture
def waiting(tmp_path, gate):
    """A program behind the gate; it has loaded a module of its own by now."""
    loaded = tmp_path / "loaded"
    (tmp_path / "before.py").write_text(LOADED.format(file=str(loaded)))
    (tmp_path / "program.py").write_text("import sys\nprint(sys.argv[1:], __name__)\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "config.gate", "--load", "before"),
            *(str(tmp_path / "prepared"), "program", "--queues", "chat"),
        ],
        cwd=settings.BASE_DIR,
        env={"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while not loaded.exists():
        assert process.poll() is None
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()


def test_who_waits_goes_on_when_it_is_opened(gate, waiting):
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.2)
    gate.open()
    assert waiting.communicate(timeout=30)[0] == "['--queues', 'chat'] __main__\n"
    assert waiting.returncode == 0


def test_who_waits_is_sent_away_when_it_is_given_up(gate, waiting):
    gate.give_up()
    assert waiting.communicate(timeout=30)[0] == ""
    assert waiting.returncode == 1


def test_who_comes_later_need_not_wait(gate, tmp_path):
    gate.open()
    assert passed(tmp_path / "prepared")


def test_a_gate_of_last_time_is_shut_again(gate, tmp_path):
    gate.open()
    again = Gate(tmp_path / "prepared")
    again.give_up()
    assert not passed(tmp_path / "prepared")
