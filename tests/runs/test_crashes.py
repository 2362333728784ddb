"""What a crash leaves behind, and how the next worker goes on from there."""

from collections.abc import Callable

import pytest

from opsflows.accounts.actor import Actor
from opsflows.records.models import Task
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.engine.claim import POISONED, SUSPECT, claim, claim_suspect
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.resolve_unclear import NotHeld, resolve_unclear
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.outcomes import Unclear
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe, UnsafeProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]


class Died(BaseException):
    """Stands for the end of the process."""


def die_before_recording(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work until a result would be recorded, and lose it."""

    def die(self: RunsLane) -> None:
        if self._returned:
            raise Died

    monkeypatch.setattr(RunsLane, "_collect", die)
    with pytest.raises(Died):
        engine.settle()
    monkeypatch.undo()
    engine.crash()


def test_a_repeatable_call_is_made_again_under_the_same_key(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", {"type": "create_task", "title": "First"}, {"type": "probe_outside", "note": "{{now}}"})
    engine.emit("deal.won")
    die_before_recording(engine, monkeypatch)
    engine.pass_time(minutes=3)
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert len(OutsideProbe.seen) == 2
    assert OutsideProbe.seen[0] == OutsideProbe.seen[1]
    assert Task.objects.count() == 1


def test_an_unrepeatable_call_waits_for_a_person(
    engine: Engine, live: Callable[..., Workflow], actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", {"type": "probe_unsafe"}, {"type": "create_task", "title": "After"})
    engine.emit("deal.won")
    die_before_recording(engine, monkeypatch)
    engine.settle()
    run = engine.run()
    assert run.execution_status == Execution.Status.NEEDS_ATTENTION
    assert "Look there whether it happened" in (run.error_message or "")
    assert len(UnsafeProbe.seen) == 1

    resolve_unclear(actor=actor, execution_id=run.id, verdict="it_happened", now=engine.now)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert (len(UnsafeProbe.seen), Task.objects.count()) == (1, 1)
    with pytest.raises(NotHeld):
        resolve_unclear(actor=actor, execution_id=run.id, verdict="run_again", now=engine.now)


def test_running_an_unclear_call_again_uses_a_new_key(
    engine: Engine, live: Callable[..., Workflow], actor: Actor
) -> None:
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    live("deal.won", {"type": "probe_unsafe"})
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION
    resolve_unclear(actor=actor, execution_id=engine.run().id, verdict="run_again", now=engine.now)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert len({key for key, _ in UnsafeProbe.seen}) == 2


def test_a_worker_that_comes_back_late_changes_nothing(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", {"type": "probe_outside"}, {"type": "create_task", "title": "Once"})
    engine.emit("deal.won")
    # Routing hands the run over, and its call begins; to work now would collect an answer that is there already.
    engine.routing.work(engine.now)
    late = engine.runs
    while not late._returned:
        engine.wake.wait(1)
    engine.crash()
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    late.work(engine.now)
    assert late.held == 0
    assert Task.objects.count() == 1
    assert engine.steps("step_id", "step_status") == [("a1", "completed"), ("a2", "completed")]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", {"type": "create_task", "title": "Once"}, {"type": "probe_outside"})
    engine.emit("deal.won")
    monkeypatch.setattr(RunsLane, "_committed", lambda *_: (_ for _ in ()).throw(ConnectionError("lost")))
    with pytest.raises(ConnectionError):
        engine.settle()
    monkeypatch.undo()
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert (Task.objects.count(), len(OutsideProbe.seen)) == (1, 1)


def test_a_run_that_ends_its_workers_is_set_aside_alone(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "create_task", "title": "{{n}}"})
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.route_elsewhere()
    poison = QueueItem.objects.order_by("id").first()
    assert poison is not None
    QueueItem.objects.filter(id=poison.id).update(claims=POISONED)
    engine.settle()
    assert Task.objects.count() == 2
    held = Execution.objects.get(execution_status=Execution.Status.NEEDS_ATTENTION)
    assert held.id == poison.execution_id
    assert "set aside" in (held.error_message or "")


def test_a_suspect_is_claimed_alone_and_waits_for_an_empty_hand(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "probe_outside", "note": "{{n}}"})
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.route_elsewhere()
    suspect = QueueItem.objects.order_by("-id").first()
    assert suspect is not None
    for _ in range(SUSPECT):
        assert len(claim(worker_id=engine.worker.id, limit=10, now=engine.now)) == 3
        RunsLane.release([engine.worker.id], engine.now)
        QueueItem.objects.exclude(id=suspect.id).update(claims=0)
    assert [request.item_id for request in claim_suspect(worker_id=engine.worker.id, now=engine.now)] == [suspect.id]
    RunsLane.release([engine.worker.id], engine.now)

    engine.runs.work(engine.now)
    assert list(engine.runs._held) == [suspect.id]
    engine.settle()
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}


def test_a_crowd_of_suspects_does_not_wait_for_the_clock(engine: Engine, live: Callable[..., Workflow]) -> None:
    # A machine that crashes time after time makes suspects of all that it held.
    live("deal.won", {"type": "probe_outside", "note": "{{n}}"})
    for number in range(5):
        engine.emit("deal.won", n=number)
    engine.route_elsewhere()
    QueueItem.objects.update(claims=SUSPECT)
    engine.settle()
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}


def test_a_run_whose_version_is_damaged_holds_up_no_other(engine: Engine, live: Callable[..., Workflow]) -> None:
    bad = live("deal.won", {"type": "create_task", "title": "bad"}, name="Bad")
    live("deal.won", {"type": "create_task", "title": "good"}, name="Good")
    engine.emit("deal.won")
    engine.route_elsewhere()
    WorkflowVersion.objects.filter(workflow=bad).update(workflow_data={"nodes": [], "edges": []})
    from opsflows.workflows import cache

    cache._definitions.clear()
    engine.settle()
    assert list(Task.objects.values_list("title", flat=True)) == ["good"]
    assert Execution.objects.get(workflow=bad).execution_status == Execution.Status.NEEDS_ATTENTION


def test_cancelling_a_waiting_run_ends_it_at_once(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    live("deal.won", {"type": "delay", "duration": "1 day"}, {"type": "create_task", "title": "x"})
    engine.emit("deal.won")
    engine.settle()
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    assert engine.run().execution_status == Execution.Status.CANCELLED
    engine.pass_time(days=2)
    assert not Task.objects.exists()
    with pytest.raises(NotRunning):
        cancel(actor=actor, execution_id=engine.run().id, now=engine.now)


def test_cancelling_in_mid_call_records_the_call_first(
    engine: Engine, live: Callable[..., Workflow], actor: Actor
) -> None:
    live("deal.won", {"type": "probe_outside"}, {"type": "create_task", "title": "x"})
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.CANCELLED
    assert Step.objects.get().step_status == Step.Status.COMPLETED
    assert not Task.objects.exists()


def test_cancelling_in_a_call_that_turns_out_unclear_leaves_no_step_open(
    engine: Engine, live: Callable[..., Workflow], actor: Actor
) -> None:
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    live("deal.won", {"type": "probe_unsafe"})
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    engine.runs.work(engine.now)
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.CANCELLED
    assert engine.steps("step_status", "error_message") == [("failed", "the line went dead")]


def test_a_run_handed_back_before_its_first_commit_knows_what_it_did(
    engine: Engine, live: Callable[..., Workflow]
) -> None:
    live(
        "deal.won", {"type": "set", "values": {"greeting": "hello"}}, {"type": "probe_outside", "note": "{{greeting}}"}
    )
    engine.emit("deal.won")
    engine.route_elsewhere()
    # The worker is told to stop between deciding on the call and making it.
    engine.worker.sure_until = 0
    engine.runs._claim(engine.now)
    engine.worker.stopping.set()
    while engine.runs.held:
        assert engine.wake.wait(10)
        engine.runs.work(engine.now)
    engine.crash()
    engine.settle()
    assert [request["note"] for _, request in OutsideProbe.seen] == ["hello"]
