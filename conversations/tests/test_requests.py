"""What is sent to the language process can be read there, where Django never starts."""

import pickle
import subprocess
import sys

import pytest

from conversations.corrections import FoundCorrection
from conversations.requests import reply_request
from conversations.services import begin_turn

pytestmark = pytest.mark.django_db
READ = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read())['slips'][0]['corrected'])"


def test_slips_for_the_built_in_tutor_are_plain(ana, conversation):
    turn = begin_turn(learner=ana, text="Yo soy cansado.", conversation_id=conversation.pk)
    slip = FoundCorrection("1", 3, 6, "soy", "estoy", "grammar", "Feelings take estar.", "rule")
    hints = pickle.dumps(reply_request(turn, [slip]).hints)
    read = subprocess.run([sys.executable, "-c", READ], input=hints, capture_output=True)
    assert read.stdout.decode().strip() == "estoy", read.stderr.decode()
