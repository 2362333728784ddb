"""A run that failed goes on from where it failed: what had succeeded stays as it is."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.events.models import EventPayload
from opsflows.runs.models import Branch, Execution, Fork, QueueItem
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.take_up import take_up, take_up_items
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Fail
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


def probe(note: str, **rest: Any) -> dict[str, Any]:
    return {"type": "probe_outside", "note": note, **rest}


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def counts(fork: Fork) -> tuple[int, int, int, int]:
    return fork.total, fork.launched, fork.done, fork.failed


def test_it_goes_on_at_the_step_that_failed(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b",
        "b -> c",
        a=probe("a"),
        b=probe("b {{steps.a.output.note}}"),
        c={"type": "set", "values": {"seen": "{{steps.a.output.note}} {{steps.b.output.note}}"}},
    )
    OutsideProbe.script[:] = [Done(output={"note": "from a"}), Fail("no luck")]
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.current_step, run.failed_steps) == ("failed", "b", 1)
    engine.pass_time(hours=3)
    take_up(actor=actor, execution_id=run.pk, now=engine.now)
    run = engine.run()
    assert (run.execution_status, run.completed_at, run.error_message) == ("running", None, None)
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.failed_steps, run.current_step) == ("completed", 0, None)
    assert notes() == ["a", "b from a", "b from a"]
    keys = [key for key, _ in OutsideProbe.seen]
    assert len(set(keys)) == 3
    assert engine.output("c") == {"seen": "from a b from a"}
    assert engine.steps("step_id", "generation", "step_status") == [
        ("a", 0, "completed"),
        ("b", 0, "failed"),
        ("b", 1, "completed"),
        ("c", 1, "completed"),
    ]
    entry = AuditEntry.objects.get(action="run.taken_up")
    assert entry.detail["step"] == "b"


def test_it_may_fail_again_and_be_taken_up_again(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(a=probe("a"))
    OutsideProbe.script[:] = [Fail("one"), Fail("two")]
    engine.emit("deal.won")
    engine.settle()
    for status in ("failed", "completed"):
        take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
        engine.settle()
        assert engine.run().execution_status == status
    assert engine.run().failed_steps == 0
    assert engine.steps("generation") == [0, 1, 2]


def test_a_run_that_took_too_long_gets_its_whole_time_again(
    engine: Engine, actor: Actor, publish_flow: Publish
) -> None:
    publish_flow("a -> b", a={"type": "delay", "duration": "2 hours"}, b=probe("b"), settings={"timeout": "1 hour"})
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    run = engine.run()
    assert (run.execution_status, run.current_step) == ("timeout", "a")
    take_up(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    assert engine.run().execution_status == "waiting"
    assert engine.run().deadline_at == engine.now.replace(hour=engine.now.hour + 1)


def test_only_the_branch_that_failed_goes_on(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "fork.left -> l1",
        "l1 -> l2",
        "fork.right -> r1",
        "fork -> after",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]},
        l1={"type": "set", "values": {"from_l1": "{{event.name}}"}},
        l2=probe("l2 {{from_l1}}"),
        r1={"type": "create_task", "title": "right"},
        after={"type": "set", "values": {"left": "{{steps.fork.output.branches.left.output.note}}"}},
    )
    OutsideProbe.script[:] = [Fail("no luck")]
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    # The branch's step and the fork itself.
    assert (run.execution_status, run.current_step, run.failed_steps) == ("failed", "fork", 2)
    assert Branch.objects.get(handle="left").node_id == "l2"
    take_up(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.error_message, run.failed_steps) == ("completed", None, 0)
    assert engine.steps("step_id").count("l1") == 1
    assert engine.steps("step_id").count("r1") == 1
    assert notes() == ["l2 deal.won", "l2 deal.won"]
    assert engine.output("after") == {"left": "l2 deal.won"}
    fork = Fork.objects.get()
    assert (fork.status, fork.generation, counts(fork), fork.failed_steps) == ("joined", 1, (2, 2, 2, 0), 0)
    assert not QueueItem.objects.exists()


def test_a_branch_that_was_given_up_goes_on_as_well(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "fork.left -> l1",
        "fork.right -> r1",
        "r1 -> r2",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], "wait_for": 2},
        l1=probe("l1"),
        r1={"type": "delay", "duration": "1 hour"},
        r2=probe("r2"),
    )
    OutsideProbe.script[:] = [Fail("no luck")]
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "failed"
    assert set(Branch.objects.values_list("handle", "status", "node_id")) == {
        ("left", "failed", "l1"),
        ("right", "dropped", "r1"),
    }
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "completed"
    assert notes() == ["l1", "l1", "r2"]
    assert counts(Fork.objects.get()) == (2, 2, 2, 0)


def test_branches_of_a_run_that_took_too_long(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> a",
        "a -> rest",
        "rest -> b",
        list={"type": "foreach", "items": "{{xs}}", "concurrency": 2},
        a=probe("a{{item}}"),
        rest={"type": "delay", "duration": "{{item}} hours"},
        b=probe("b{{item}}"),
        settings={"timeout": "2 hours"},
    )
    engine.emit("deal.won", xs=[1, 3, 4])
    engine.settle()
    for _ in range(2):
        engine.pass_time(hours=1)
    assert engine.run().execution_status == "timeout"
    # The first two are called at the same time.
    assert (sorted(notes()[:2]), notes()[2:]) == (["a1", "a3"], ["b1", "a4"])
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    # They rest anew, and so does the limit of the run.
    engine.settle()
    engine.pass_time(hours=2)
    assert engine.run().execution_status == "timeout"
    assert counts(Fork.objects.get())[:3] == (3, 3, 1)
    assert (sorted(notes()[:2]), notes()[2:]) == (["a1", "a3"], ["b1", "a4"])


def test_of_a_list_exactly_what_failed_and_what_was_not_begun(
    engine: Engine, actor: Actor, publish_flow: Publish
) -> None:
    publish_flow(
        "list.each -> mark",
        "mark -> call",
        "list -> after",
        list={"type": "foreach", "items": "{{contacts}}", "on_item_error": "stop", "concurrency": 2},
        mark={"type": "create_task", "title": "{{item}}"},
        call=probe("{{item}}"),
        after={"type": "set", "values": {"done": "{{steps.list.output.done}}"}},
    )
    OutsideProbe.script[:] = [Done(), Done(), Fail("no luck")]
    engine.emit("deal.won", contacts=["a", "b", "c", "d", "e"])
    engine.settle()
    assert engine.run().execution_status == "failed"
    begun = Fork.objects.get().launched
    done = set(Branch.objects.filter(status="completed").values_list("item", flat=True))
    assert begun < 5
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.failed_steps) == ("completed", 0)
    assert counts(Fork.objects.get()) == (5, 5, 5, 0)
    assert engine.output("after") == {"done": 5}
    called = notes()
    assert all(called.count(item) == 1 for item in done)
    assert sorted(set(called)) == ["a", "b", "c", "d", "e"]
    from opsflows.records.models import Task

    assert sorted(Task.objects.values_list("title", flat=True)) == ["a", "b", "c", "d", "e"]


def test_forks_within_forks(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "outer.each -> before",
        "before -> inner",
        "inner.left -> l",
        "inner.right -> r",
        "inner -> behind",
        "outer -> after",
        outer={"type": "foreach", "items": "{{teams}}", "item": "team", "on_item_error": "stop"},
        before=probe("before {{team}}"),
        inner={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]},
        l=probe("left {{team}}"),
        r={"type": "create_task", "title": "right {{team}}"},
        behind=probe("behind {{team}}"),
        after={"type": "set", "values": {"done": "{{steps.outer.output.done}}"}},
    )
    OutsideProbe.script[:] = [Done(), Done(), Done(), Done(), Fail("no luck")]
    engine.emit("deal.won", teams=["x", "y", "z"])
    engine.settle()
    run = engine.run()
    assert notes() == ["before x", "left x", "behind x", "before y", "left y"]
    assert run.execution_status == "failed"
    # The call, the inner fork, the list.
    assert run.failed_steps == 3
    OutsideProbe.seen.clear()
    OutsideProbe.script[:] = [Fail("again")]
    take_up(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    assert notes() == ["left y"]
    assert (engine.run().execution_status, engine.run().failed_steps) == ("failed", 3)
    take_up(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.failed_steps) == ("completed", 0)
    assert notes() == ["left y", "left y", "behind y", "before z", "left z", "behind z"]
    assert {(fork.node_id, fork.iteration, *counts(fork)) for fork in Fork.objects.all()} == {
        ("outer", "", 3, 3, 3, 0),
        ("inner", "0", 2, 2, 2, 0),
        ("inner", "1", 2, 2, 2, 0),
        ("inner", "2", 2, 2, 2, 0),
    }
    from opsflows.records.models import Task

    assert sorted(Task.objects.values_list("title", flat=True)) == ["right x", "right y", "right z"]


def test_failed_items_of_a_run_that_went_on_over_them(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> call",
        "list -> after",
        list={"type": "foreach", "items": "{{contacts}}"},
        call=probe("{{item}}"),
        after=probe("after"),
    )
    OutsideProbe.script[:] = [Done(), Fail("b"), Done(), Fail("d")]
    engine.emit("deal.won", contacts=["a", "b", "c", "d"])
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.failed_steps) == ("completed", 2)
    with pytest.raises(NotTakenUp, match="did not fail"):
        take_up(actor=actor, execution_id=run.pk, now=engine.now)
    OutsideProbe.seen.clear()
    OutsideProbe.script[:] = [Done(), Fail("d")]
    take_up_items(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    run = engine.run()
    # What came behind the list was done already.
    assert notes() == ["b", "d"]
    assert (run.execution_status, run.failed_steps) == ("completed", 1)
    assert counts(Fork.objects.get()) == (4, 4, 3, 1)
    assert engine.output("list")["errors"] == [{"index": 3, "error": "Outside probe: d"}]
    take_up_items(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    assert (engine.run().failed_steps, notes()) == (0, ["b", "d", "d"])
    with pytest.raises(NotTakenUp, match="No list"):
        take_up_items(actor=actor, execution_id=run.pk, now=engine.now)


def test_a_crash_in_the_middle_changes_nothing(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> call",
        "call -> note",
        list={"type": "foreach", "items": "{{contacts}}", "on_item_error": "stop", "concurrency": 3},
        call=probe("{{item}}"),
        note={"type": "create_task", "title": "{{item}}"},
    )
    OutsideProbe.script[:] = [Fail("no luck")]
    engine.emit("deal.won", contacts=list(range(6)))
    engine.settle()
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    for _ in range(5):
        engine.runs.work(engine.now)
        engine.crash()
    engine.settle()
    from opsflows.records.models import Task

    assert engine.run().execution_status == "completed"
    assert sorted(Task.objects.values_list("title", flat=True)) == [str(number) for number in range(6)]


def test_not_while_it_goes_on_and_not_twice(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow("a -> b", a={"type": "delay", "duration": "1 hour"}, b=probe("b"))
    engine.emit("deal.won")
    engine.settle()
    with pytest.raises(NotTakenUp, match="not over"):
        take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    OutsideProbe.script[:] = [Fail("no")]
    engine.pass_time(hours=1)
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    with pytest.raises(NotTakenUp, match="not over"):
        take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    assert QueueItem.objects.count() == 1


def test_a_run_whose_data_is_gone_is_left_alone(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(a=probe("{{value}}"))
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", value=5)
    engine.settle()
    EventPayload.objects.all().delete()
    with pytest.raises(NotTakenUp, match="has been deleted"):
        take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    assert engine.run().execution_status == "failed"


def test_who_may(engine: Engine, actor: Actor, account: PlatformAccount, publish_flow: Publish) -> None:
    publish_flow(a=probe("a"))
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won")
    engine.settle()
    editor = Actor(account_id=account.pk, user_id=None, role="editor", door="api")
    with pytest.raises(Forbidden, match="runs:operate"):
        take_up(actor=editor, execution_id=engine.run().pk, now=engine.now)
    stranger = Actor(account_id=uuid.uuid4(), user_id=None, role="admin", door="api")
    with pytest.raises(Execution.DoesNotExist):
        take_up(actor=stranger, execution_id=engine.run().pk, now=engine.now)


def test_runs_that_take_turns_take_a_turn_again(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b",
        a=probe("a {{n}}"),
        b={"type": "delay", "duration": "1 hour"},
        settings={"concurrency": {"limit": 1}},
    )
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", n=1)
    engine.settle()
    failed = engine.run()
    engine.emit("deal.won", n=2)
    engine.settle()
    take_up(actor=actor, execution_id=failed.pk, now=engine.now)
    engine.settle()
    # The second run is in its delay, and the first waits for it to end.
    assert notes() == ["a 1", "a 2"]
    engine.pass_time(hours=1)
    assert notes() == ["a 1", "a 2", "a 1"]
    engine.pass_time(hours=1)
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}
