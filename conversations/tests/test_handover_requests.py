"""The way of a request: each move, who may make it, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Notification
from accounts.services import decline_tutor, end_assignment
from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserSettingsFactory,
)
from config.errors import Conflict, DomainError, Forbidden, NotFound
from conversations.handover.errors import (
    AlreadyAsked,
    AlreadyTaken,
    CannotWithdraw,
    NotTaken,
    NotTheTaker,
    NotWaiting,
    NotWithTutor,
    OwnRequest,
)
from conversations.handover.services import (
    answer_request,
    ask_for_tutor,
    forward_to_tutor,
    give_verdict,
    hand_over,
    return_to_ai,
    say_to_tutor,
    take_request,
    withdraw,
)
from conversations.handover.tasks import (
    mail_answer_task,
    mail_tutors_task,
    queue_waiting_requests_task,
)
from conversations.models import Conversation, Message, TutorRequest
from conversations.services import begin_turn, delete_conversation
from conversations.tests.factories import ConversationFactory, MessageFactory, ReplyFactory
from conversations.tests.handover_data import asked, queued, taken

State = Conversation.State


@pytest.fixture
def tom(ana):
    """Ana's other tutor."""
    return TutorAssignmentFactory(student=ana, tutor=TutorFactory(name="Tom Reyes")).tutor


def state_of(conversation):
    return Conversation.objects.get(pk=conversation.pk).state


@pytest.mark.django_db
class TestAsking:
    def test_asks(self, ana, conversation):
        request = asked(conversation)
        assert (request.learner, request.state) == (ana, "asked")
        assert state_of(conversation) == State.ASKED
        entry = AuditEntry.objects.get(action="tutor_request.asked")
        assert (entry.actor, entry.detail) == (ana, {"request": str(request.pk)})

    def test_a_worker_is_given_it_after_the_commit(
        self, conversation, monkeypatch, django_capture_on_commit_callbacks
    ):
        given = []
        monkeypatch.setattr(
            "conversations.handover.tasks.queue_request_task.delay", lambda key: given.append(key)
        )
        with django_capture_on_commit_callbacks(execute=True):
            request = asked(conversation)
            assert given == []
        assert given == [str(request.pk)]

    def test_once_at_a_time(self, conversation):
        first = asked(conversation)
        with pytest.raises(AlreadyAsked) as refused:
            asked(conversation)
        assert refused.value.details == {"requestId": [str(first.pk)]}

    def test_somebody_elses(self, ben, tessa, conversation):
        for other in (ben, tessa):
            with pytest.raises(NotFound):
                ask_for_tutor(learner=other, conversation=conversation)

    def test_too_long_a_question(self, conversation):
        with pytest.raises(DomainError):
            asked(conversation, "x" * 1001)


@pytest.mark.django_db
class TestHandingOver:
    def test_tutors_are_told_once(self, tessa, tom, conversation):
        request = queued(conversation)
        assert request.state == "queued"
        assert state_of(conversation) == State.QUEUED
        assert request.decision.rule == "asked"
        told = Notification.objects.filter(kind="tutor-request", source_id=request.pk)
        assert {one.user for one in told} == {tessa, tom}
        assert not hand_over(request_id=request.pk)
        assert told.count() == 2

    def test_without_a_tutor_admins_are_told(self, conversation):
        admin = AdminFactory()
        TutorFactory()
        request = queued(conversation)
        assert [one.user for one in Notification.objects.filter(source_id=request.pk)] == [admin]

    def test_one_taken_back_meanwhile_tells_nobody(self, ana, tessa, conversation):
        request = asked(conversation)
        withdraw(learner=ana, request_id=request.pk)
        assert not hand_over(request_id=request.pk)
        assert not Notification.objects.exists()

    def test_a_sweep_finds_what_the_queue_lost(self, tessa, conversation):
        request = asked(conversation)
        assert queue_waiting_requests_task() == 0
        TutorRequest.objects.update(requested_at=timezone.now() - timezone.timedelta(minutes=5))
        assert queue_waiting_requests_task() == 1
        request.refresh_from_db()
        assert request.queued_at

    def test_the_mail_says_who_and_lets_nobody_in(self, tessa, conversation):
        request = queued(conversation, "A private question")
        assert mail_tutors_task(str(request.pk)) == 1
        (sent,) = mail.outbox
        assert sent.to == [tessa.email]
        assert "Ana Torres" in sent.body
        assert "/tutor/link/" in sent.body
        assert "private" not in sent.body

    def test_no_mail_once_it_is_taken_or_unwanted(self, tessa, conversation):
        request = queued(conversation)
        wishes = UserSettingsFactory(user=tessa, notifications={"tutorMail": False})
        assert mail_tutors_task(str(request.pk)) == 0
        wishes.delete()
        take_request(tutor=tessa, request_id=request.pk)
        assert mail_tutors_task(str(request.pk)) == 0


@pytest.mark.django_db
class TestTaking:
    def test_takes(self, ana, tessa, conversation):
        request = taken(conversation, tessa)
        assert (request.tutor, request.state) == (tessa, "human")
        assert state_of(conversation) == State.HUMAN
        assert Notification.objects.get(user=ana).title == "Tessa Brandt is with you now"

    def test_again_changes_nothing(self, tessa, conversation):
        request = taken(conversation, tessa)
        again = take_request(tutor=tessa, request_id=request.pk)
        assert again.taken_at == request.taken_at
        assert AuditEntry.objects.filter(action="tutor_request.taken").count() == 1

    def test_the_second_tutor_is_told_who_was_first(self, tessa, tom, conversation):
        request = taken(conversation, tessa)
        with pytest.raises(AlreadyTaken) as refused:
            take_request(tutor=tom, request_id=request.pk)
        assert refused.value.details == {"tutor": ["Tessa Brandt"]}

    def test_not_before_it_is_ready(self, tessa, conversation):
        request = asked(conversation)
        with pytest.raises(NotWaiting):
            take_request(tutor=tessa, request_id=request.pk)

    def test_not_after_it_is_over(self, ana, tessa, conversation):
        request = taken(conversation, tessa)
        return_to_ai(user=tessa, request_id=request.pk)
        with pytest.raises(NotWaiting):
            take_request(tutor=tessa, request_id=request.pk)

    def test_not_an_old_one_while_a_new_one_waits(self, tessa, conversation):
        old = taken(conversation, tessa)
        return_to_ai(user=tessa, request_id=old.pk)
        queued(conversation, "Another")
        with pytest.raises(NotWaiting):
            take_request(tutor=tessa, request_id=old.pk)

    def test_not_ones_own(self, ana, conversation):
        request = queued(conversation)
        with pytest.raises(OwnRequest):
            take_request(tutor=ana, request_id=request.pk)

    def test_not_a_strangers(self, ben, conversation):
        request = queued(conversation)
        for other in (ben, TutorFactory()):
            with pytest.raises(NotFound):
                take_request(tutor=other, request_id=request.pk)

    def test_a_tutor_who_lost_the_student_sees_nothing(self, ana, tessa, conversation):
        request = queued(conversation)
        end_assignment(assignment=tessa.student_assignments.get())
        with pytest.raises(NotFound):
            take_request(tutor=tessa, request_id=request.pk)

    @pytest.mark.parametrize("door", ["said", "forwarded"])
    def test_words_reach_no_tutor_who_lost_the_student_and_the_question_waits_again(
        self, ana, tessa, conversation, door
    ):
        request = taken(conversation, tessa)
        end_assignment(assignment=tessa.student_assignments.get())
        tom = TutorAssignmentFactory(student=ana, tutor=TutorFactory(name="Tom Reyes")).tutor
        if door == "said":
            say_to_tutor(learner=ana, conversation_id=conversation.pk, text="¿Y ahora?")
        else:
            forward_to_tutor(message=MessageFactory(conversation=conversation))
        assert not Notification.objects.filter(user=tessa, kind="student-wrote").exists()
        request.refresh_from_db()
        assert (request.state, request.tutor, state_of(conversation)) == ("queued", None, "queued")
        assert Notification.objects.get(user=tom).kind == "tutor-request"
        assert take_request(tutor=tom, request_id=request.pk).tutor == tom

    def test_another_may_take_it_when_the_first_was_shut_out(
        self, ana, tessa, cleo, tom, conversation
    ):
        request = taken(conversation, tessa)
        decline_tutor(tutor=tessa, admin=cleo)
        assert take_request(tutor=tom, request_id=request.pk).tutor == tom
        Notification.objects.all().delete()
        return_to_ai(user=ana, request_id=request.pk)
        assert Notification.objects.get().user == tom

    def test_a_deleted_conversation_takes_its_request_along(self, ana, tessa, conversation):
        request = queued(conversation)
        delete_conversation(learner=ana, conversation_id=conversation.pk)
        with pytest.raises(NotFound):
            take_request(tutor=tessa, request_id=request.pk)


@pytest.mark.django_db
class TestTalking:
    def test_the_answer_stands_in_the_thread(self, ana, tessa, conversation):
        said = MessageFactory(conversation=conversation)
        reply = ReplyFactory(conversation=conversation, reply_to=said)
        request = taken(conversation, tessa)
        answer = answer_request(tutor=tessa, request_id=request.pk, text=" Estar, here. ")
        assert (answer.role, answer.author, answer.content) == ("tutor", tessa, "Estar, here.")
        assert (answer.follows, answer.position) == (reply, reply.position + 1)
        request.refresh_from_db()
        assert request.answered_at
        told = Notification.objects.get(kind="tutor-answered")
        assert (told.user, told.url) == (ana, f"/talk/{conversation.pk}#m-{answer.pk}")

    def test_a_tutor_may_answer_twice(self, tessa, conversation):
        request = taken(conversation, tessa)
        first = answer_request(tutor=tessa, request_id=request.pk, text="One")
        second = answer_request(tutor=tessa, request_id=request.pk, text="Two")
        assert second.follows == first
        assert Notification.objects.filter(kind="tutor-answered").count() == 2

    def test_an_answer_during_a_reply_comes_after_it(self, ana, tessa, conversation):
        turn = begin_turn(learner=ana, text="Hola", conversation_id=conversation.pk)
        request = taken(conversation, tessa)
        answer = answer_request(tutor=tessa, request_id=request.pk, text="One")
        assert str(answer.follows_id) == turn.turn_id

    def test_the_learner_is_mailed(self, ana, tessa, conversation):
        request = taken(conversation, tessa)
        answer = answer_request(tutor=tessa, request_id=request.pk, text="A private answer")
        mail_answer_task(str(answer.pk))
        (sent,) = mail.outbox
        assert sent.to == [ana.email]
        assert "Tessa Brandt" in sent.subject
        assert "private" not in sent.body

    def test_what_the_learner_says_goes_to_the_tutor(self, ana, tessa, conversation):
        taken(conversation, tessa)
        said = say_to_tutor(learner=ana, conversation_id=conversation.pk, text="Gracias")
        assert (said.role, said.content) == (Message.Role.USER, "Gracias")
        assert not Message.objects.filter(role=Message.Role.ASSISTANT).exists()
        assert Notification.objects.get(kind="student-wrote").user == tessa

    def test_a_key_sent_twice_is_said_once(self, ana, tessa, conversation):
        taken(conversation, tessa)
        first, second = (
            say_to_tutor(
                learner=ana, conversation_id=conversation.pk, text="Hola", idempotency_key="k"
            )
            for _ in range(2)
        )
        assert first == second
        assert Notification.objects.filter(kind="student-wrote").count() == 1

    def test_words_that_a_turn_stored_are_passed_on(self, tessa, conversation):
        taken(conversation, tessa)
        said = MessageFactory(conversation=conversation)
        forward_to_tutor(message=said)
        assert Notification.objects.get(kind="student-wrote").source_id == said.pk

    def test_nobody_is_there_before_and_after(self, ana, tessa, conversation):
        request = queued(conversation)
        with pytest.raises(NotWithTutor):
            say_to_tutor(learner=ana, conversation_id=conversation.pk, text="Hola")
        with pytest.raises(NotTaken):
            answer_request(tutor=tessa, request_id=request.pk, text="Hola")
        take_request(tutor=tessa, request_id=request.pk)
        return_to_ai(user=tessa, request_id=request.pk)
        with pytest.raises(NotWithTutor):
            say_to_tutor(learner=ana, conversation_id=conversation.pk, text="Hola")
        with pytest.raises(NotTaken):
            answer_request(tutor=tessa, request_id=request.pk, text="Hola")

    def test_only_who_took_it_answers_or_an_admin(self, ana, tessa, tom, conversation):
        request = taken(conversation, tessa)
        with pytest.raises(NotTheTaker):
            answer_request(tutor=tom, request_id=request.pk, text="Hola")
        with pytest.raises(Forbidden):
            answer_request(tutor=ana, request_id=request.pk, text="Hola")
        admin = AdminFactory()
        assert answer_request(tutor=admin, request_id=request.pk, text="Hola").author == admin

    @pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
    def test_too_little_or_too_much(self, ana, tessa, conversation, text):
        request = taken(conversation, tessa)
        with pytest.raises(DomainError):
            answer_request(tutor=tessa, request_id=request.pk, text=text)
        with pytest.raises(DomainError):
            say_to_tutor(learner=ana, conversation_id=conversation.pk, text=text)


@pytest.mark.django_db
class TestEnding:
    @pytest.mark.parametrize("who", ["ana", "tessa", "admin"])
    def test_either_side_gives_it_back(self, ana, tessa, conversation, who):
        request = taken(conversation, tessa)
        user = {"ana": ana, "tessa": tessa, "admin": AdminFactory()}[who]
        return_to_ai(user=user, request_id=request.pk)
        assert state_of(conversation) == State.RETURNED
        told = Notification.objects.get(kind="tutor-returned")
        assert told.user == (tessa if who == "ana" else ana)
        with pytest.raises(NotTaken):
            return_to_ai(user=user, request_id=request.pk)

    def test_another_tutor_does_not(self, tessa, tom, conversation):
        request = taken(conversation, tessa)
        with pytest.raises(NotTheTaker):
            return_to_ai(user=tom, request_id=request.pk)

    def test_asking_again_afterwards(self, tessa, conversation):
        request = taken(conversation, tessa)
        return_to_ai(user=tessa, request_id=request.pk)
        assert asked(conversation).pk != request.pk
        assert state_of(conversation) == State.ASKED

    def test_taking_the_call_back(self, ana, tessa, conversation):
        request = queued(conversation)
        withdraw(learner=ana, request_id=request.pk)
        assert state_of(conversation) == State.AI
        with pytest.raises(NotWaiting):
            withdraw(learner=ana, request_id=request.pk)
        with pytest.raises(NotWaiting):
            take_request(tutor=tessa, request_id=request.pk)

    def test_not_once_a_tutor_has_it(self, ana, tessa, conversation):
        request = taken(conversation, tessa)
        with pytest.raises(CannotWithdraw):
            withdraw(learner=ana, request_id=request.pk)

    def test_a_tutor_does_not_withdraw(self, tessa, conversation):
        request = queued(conversation)
        with pytest.raises(NotFound):
            withdraw(learner=tessa, request_id=request.pk)

    def test_the_last_verdict_counts(self, ana, tessa, tom, conversation):
        request = queued(conversation)
        with pytest.raises(NotTaken):
            give_verdict(tutor=tessa, request_id=request.pk, verdict="right")
        take_request(tutor=tessa, request_id=request.pk)
        give_verdict(tutor=tessa, request_id=request.pk, verdict="right")
        judged = give_verdict(tutor=tessa, request_id=request.pk, verdict="late", note="Weeks.")
        assert (judged.verdict, judged.verdict_note) == ("late", "Weeks.")
        for user, error in ((tom, NotTheTaker), (ana, OwnRequest)):
            with pytest.raises(error):
                give_verdict(tutor=user, request_id=request.pk, verdict="right")
        with pytest.raises(DomainError):
            give_verdict(tutor=tessa, request_id=request.pk, verdict="splendid")


def together(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except Conflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_two_tutors_take_one_request(self, ana, tessa, tom, monkeypatch):
        conversation = self._waiting(ana, monkeypatch)
        request = TutorRequest.objects.get()
        results = together(
            *(
                lambda tutor=tutor: take_request(tutor=tutor, request_id=request.pk)
                for tutor in (tessa, tom)
            )
        )
        assert sorted(isinstance(one, AlreadyTaken) for one in results) == [False, True]
        assert state_of(conversation) == State.HUMAN
        assert Notification.objects.filter(kind="tutor-took").count() == 1

    def test_taking_and_taking_back(self, ana, tessa, monkeypatch):
        conversation = self._waiting(ana, monkeypatch)
        request = TutorRequest.objects.get()
        results = together(
            lambda: take_request(tutor=tessa, request_id=request.pk),
            lambda: withdraw(learner=ana, request_id=request.pk),
        )
        assert sorted(isinstance(one, Conflict) for one in results) == [False, True]
        assert state_of(conversation) in (State.HUMAN, State.AI)

    def test_asking_in_two_tabs(self, ana, monkeypatch):
        self._quiet(monkeypatch)
        conversation = ConversationFactory(learner=ana)
        results = together(*[lambda: asked(conversation)] * 2)
        assert sorted(isinstance(one, AlreadyAsked) for one in results) == [False, True]
        assert TutorRequest.objects.count() == 1

    def test_both_speak_at_once(self, ana, tessa, monkeypatch):
        conversation = self._waiting(ana, monkeypatch)
        request = take_request(tutor=tessa, request_id=TutorRequest.objects.get().pk)
        together(
            lambda: answer_request(tutor=tessa, request_id=request.pk, text="One"),
            lambda: say_to_tutor(learner=ana, conversation_id=conversation.pk, text="Two"),
        )
        first, second = conversation.messages.order_by("position")
        assert second.follows == first

    def _waiting(self, ana, monkeypatch):
        self._quiet(monkeypatch)
        conversation = ConversationFactory(learner=ana)
        queued(conversation)
        return conversation

    def _quiet(self, monkeypatch):
        for task in ("queue_request_task", "mail_tutors_task", "mail_answer_task"):
            monkeypatch.setattr(f"conversations.handover.tasks.{task}.delay", lambda key: None)
        monkeypatch.setattr("conversations.tasks.read_message_task.delay", lambda key: None)
