"""Lives that runs, events and jobs can lead: every scene takes some rows through states that no other scene does."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events import consumers
from opsflows.events.hand_over import hand_over
from opsflows.events.models import RoutingFailure
from opsflows.events.send import send
from opsflows.queue.enqueue_job import cancel_job, enqueue_job
from opsflows.queue.job_kinds import Progress, Slice, job, job_kinds
from opsflows.queue.run_jobs import MAX_ATTEMPTS, run_one_job
from opsflows.runs.cancel import cancel
from opsflows.runs.engine.claim import POISONED
from opsflows.runs.models import Execution, QueueItem
from opsflows.runs.replay.take_up import take_up, take_up_items
from opsflows.runs.resolve_unclear import Verdict, resolve_unclear
from opsflows.workflows import cache
from opsflows.workflows.models import WorkflowVersion
from opsflows.workflows.outcomes import Done, Fail, Unclear
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import publisher
from tests.runs.kinds import OutsideProbe, UnsafeProbe

REST = {"type": "delay", "duration": "2 hours"}
CALL = {"type": "probe_outside"}
UNSAFE = {"type": "probe_unsafe"}
TASK = {"type": "create_task", "title": "x"}
AWAIT = {"type": "wait_for_event", "event": "it.came"}
BOTH = {"type": "parallel", "branches": [{"name": "l"}, {"name": "r"}]}
FIRST = {**BOTH, "wait_for": "any"}
EACH = {"type": "foreach", "items": [1, 2], "concurrency": 2}
ONCE = {"errorHandling": {"retryCount": 0}}
SLOW: dict[str, Any] = {"maxExecutionsPerHour": 1, "throttleAction": "queue"}
LOST = Unclear("the line went dead")


class Lives:
    """Each method named `life_…` is one scene; all of them see the same database, one after the other."""

    def __init__(self, account: PlatformAccount, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = account
        self.actor: Actor = system_actor(account.pk)
        self.engine = Engine(account_id=account.pk, now=NOW)
        self.monkeypatch = monkeypatch
        self._names = (f"scene.n{number}" for number in range(1000))

    def live_all(self) -> None:
        """Every scene."""
        for name in dir(self):
            if name.startswith("life_"):
                getattr(self, name)()
                QueueItem.objects.all().delete()
                OutsideProbe.script.clear()
                UnsafeProbe.script.clear()

    def life_calls_rests_and_completes(self) -> None:
        self._run("a -> b", "b -> c", a=UNSAFE, b=REST, c=TASK)
        self.engine.pass_time(hours=2)

    def life_fails_is_tried_again_and_fails_for_good(self) -> None:
        OutsideProbe.script[:] = [Fail("no"), Fail("no")]
        again = {"errorHandling": {"onError": "retry", "retryCount": 1, "retryDelay": 1}}
        self._run(a=CALL, settings=again)
        self.engine.pass_time(hours=1)

    def life_an_unsafe_call_fails(self) -> None:
        UnsafeProbe.script[:] = [Fail("no")]
        self._run(a=UNSAFE, settings=ONCE)

    def life_steps_are_left_out(self) -> None:
        self._run(a={"type": "tag", "add": ["{{none}}"], "taskId": ["x"], "onMissing": "skip"})

    def life_rests_and_fails(self) -> None:
        OutsideProbe.script[:] = [Fail("no")]
        self._run("a -> b", a=REST, b=CALL, settings=ONCE)
        self.engine.pass_time(hours=2)

    def life_rests_and_needs_a_person(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._run("a -> b", "b -> c", a=REST, b=UNSAFE, c=TASK)
        self.engine.pass_time(hours=2)
        self._decide("it_happened")
        self.engine.settle()

    def life_a_person_has_it_run_again(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._run(a=UNSAFE)
        self._decide("run_again")
        self.engine.settle()

    def life_a_person_ends_it(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._run(a=UNSAFE)
        self._decide("it_happened")

    def life_is_cancelled_while_a_person_is_asked(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._run(a=UNSAFE)
        self._cancel()

    def life_is_cancelled_at_rest(self) -> None:
        self._run(a=REST)
        self._cancel()

    def life_is_cancelled_in_mid_call(self) -> None:
        self._run("a -> b", a=CALL, b=REST, settle=False)
        self.engine.routing.work(self.engine.now)
        self._cancel()
        self.engine.settle()

    def life_is_cancelled_before_it_begins(self) -> None:
        self._run(a=TASK, settle=False)
        self.engine.route_elsewhere()
        self._cancel()

    def life_is_taken_up_after_its_time_is_over(self) -> None:
        self._run("a -> b", a=REST, b=TASK, settings={"timeout": "1 hour"})
        self.engine.pass_time(hours=1)
        take_up(actor=self.actor, execution_id=self._last().pk, now=self.engine.now)
        self.engine.settle()

    def life_its_time_is_over_in_mid_call(self) -> None:
        self._run("a -> b", a=CALL, b=TASK, settings={"timeout": "1 hour"}, settle=False)
        self.engine.routing.work(self.engine.now)
        self.engine.now += timedelta(hours=2)
        self.engine.settle()

    def life_a_step_takes_too_long(self) -> None:
        self._run(a={**REST, "stepTimeout": "1 hour"}, settings=ONCE)
        self.engine.pass_time(hours=1)

    def life_a_worker_is_lost(self) -> None:
        self._run(a=TASK, settle=False)
        self.engine.routing.work(self.engine.now)
        self.engine.crash()
        self.engine.settle()

    def life_a_commit_whose_answer_is_lost(self) -> None:
        self._run(a=UNSAFE, settle=False)
        self.engine.routing.work(self.engine.now)
        with self.monkeypatch.context() as patch:
            patch.setattr(type(self.engine.runs), "_committed", _lost)
            with suppress(ConnectionAbortedError):
                self.engine.runs.work(self.engine.now)
        self.engine.settle()

    def life_poison(self) -> None:
        self._run(a=TASK, settle=False)
        self.engine.route_elsewhere()
        QueueItem.objects.update(claims=POISONED)
        self.engine.pass_time(minutes=1)

    def life_of_a_version_that_cannot_be_read(self) -> None:
        self._run(a=TASK, settle=False)
        WorkflowVersion.objects.filter(workflow__workflow_name=self._name).update(
            workflow_data={"nodes": [], "edges": []}
        )
        cache._definitions.clear()
        self.engine.settle()

    def life_branches_join(self) -> None:
        self._run("f.l -> a", "f.r -> b", "f -> c", f=BOTH, a=CALL, b=REST, c=REST)
        self.engine.pass_time(hours=2)
        self.engine.pass_time(hours=2)

    def life_the_first_branch_decides(self) -> None:
        self._run("f.l -> a", "f.r -> b", f=FIRST, a=CALL, b=REST)

    def life_an_empty_way(self) -> None:
        self._run("f.l -> a", f=BOTH, a=TASK)

    def life_a_call_in_a_branch_comes_home_late(self) -> None:
        self._run("f.l -> a", "f.r -> b", f=FIRST, a=TASK, b=UNSAFE, settings={"priority": "high"})

    def life_a_branch_fails_and_is_taken_up(self) -> None:
        OutsideProbe.script[:] = [Fail("no")]
        self._run("f.l -> a", "f.r -> b", "b -> c", f=BOTH, a=CALL, b=REST, c=TASK, settings=ONCE)
        self.engine.pass_time(hours=2)
        take_up(actor=self.actor, execution_id=self._last().pk, now=self.engine.now)
        self.engine.settle()

    def life_a_branch_was_given_up_and_is_taken_up(self) -> None:
        OutsideProbe.script[:] = [Fail("no")]
        self._run("f.l -> a", "f.r -> b", f={**BOTH, "wait_for": 2}, a=CALL, b=REST, settings=ONCE)
        take_up(actor=self.actor, execution_id=self._last().pk, now=self.engine.now)
        self.engine.settle()
        self.engine.pass_time(hours=2)

    def life_items_of_a_list_are_taken_up(self) -> None:
        OutsideProbe.script[:] = [Fail("no"), Done()]
        self._run("f.each -> a", f=EACH, a=CALL, settings=ONCE)
        take_up_items(actor=self.actor, execution_id=self._last().pk, now=self.engine.now)
        self.engine.settle()

    def life_a_list_is_given_up_at_its_first_failure(self) -> None:
        OutsideProbe.script[:] = [Fail("no")]
        self._run("f.each -> a", f={**EACH, "concurrency": 1, "on_item_error": "stop"}, a=CALL, settings=ONCE)

    def life_items_begin_at_a_rate(self) -> None:
        self._run("f.each -> a", f={**EACH, "rate": 1}, a=TASK)
        self.engine.pass_time(minutes=1)

    def life_a_branch_needs_a_person(self) -> None:
        for ends in ("completed", "timeout", "cancelled", "failed"):
            UnsafeProbe.script[:] = [LOST]
            self._held_in_a_branch(ends)

    def _held_in_a_branch(self, ends: str) -> None:
        rest, settings = (REST, {"timeout": "1 hour"}) if ends == "timeout" else (REST, {})
        right = {"type": "stop", "outcome": "failure"} if ends == "failed" else TASK
        fork = {**BOTH, "wait_for": 2} if ends == "failed" else FIRST
        self._run("f.l -> a", "f.r -> b", "b -> c", f=fork, a=UNSAFE, b=rest, c=right, settings={**ONCE, **settings})
        if ends == "cancelled":
            self._cancel()
        self.engine.pass_time(hours=1)
        self.engine.pass_time(hours=1)

    def life_a_person_ends_the_last_branch(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._run("f.l -> a", "f.r -> b", "f -> c", f=BOTH, a=UNSAFE, b=TASK, c=REST)
        self._decide("it_happened")
        self.engine.settle()

    def life_an_event_is_waited_for(self) -> None:
        self._run("a.received -> b", a=AWAIT, b=TASK)
        self.engine.emit("it.came")
        self.engine.settle()

    def life_an_event_came_before(self) -> None:
        self._run("a.received -> b", a=AWAIT, b=TASK, settle=False)
        self.engine.emit("it.came")
        self.engine.settle()

    def life_an_event_is_waited_for_in_vain(self) -> None:
        self._run("a.timeout -> b", a={**AWAIT, "timeout": "1 hour"}, b=TASK)
        self.engine.pass_time(hours=1)

    def life_a_wait_is_given_up_with_its_branch(self) -> None:
        self._run("f.l -> a", "f.r -> b", f=FIRST, a=CALL, b=AWAIT)

    def life_an_exit_ends_it(self) -> None:
        left = {"exits": [{"event": "it.came", "reason": "It came."}]}
        self._run("a -> b", a=REST, b=TASK, settings=left)
        self.engine.emit("it.came")
        self.engine.settle()

    def life_an_exit_that_cannot_listen(self) -> None:
        left = {"exits": [{"event": "it.came", "field": "n", "value": "{{none}}", "reason": "It came."}]}
        self._run("a -> b", a=REST, b=TASK, settings=left)
        self._cancel()

    def life_another_workflow_is_run(self) -> None:
        self._publish(a=CALL, name="Child")
        self._run("a -> b", a={"type": "subworkflow", "workflowId": "Child"}, b=TASK)

    def life_another_workflow_is_given_up(self) -> None:
        self._publish(a=REST, name="Slow child")
        slow = {"type": "subworkflow", "workflowId": "Slow child", "timeout": "1 hour"}
        self._run("a.timeout -> b", a=slow, b=TASK)
        self.engine.pass_time(hours=1)

    def life_takes_its_turn(self) -> None:
        self._run(a=REST, settings={"concurrency": {"limit": 1}})
        self.engine.emit(self._name)
        self.engine.emit(self._name)
        self.engine.settle()
        self._cancel()
        self.engine.pass_time(hours=2)

    def life_waits_for_the_hour(self) -> None:
        self._run(a=TASK, settings=SLOW)
        self.engine.emit(self._name)
        self.engine.settle()
        self.engine.pass_time(minutes=61)

    def life_takes_its_turn_and_then_waits_for_the_hour(self) -> None:
        self._run(a={**REST, "duration": "10 minutes"}, settings={**SLOW, "concurrency": {"limit": 1}})
        self.engine.emit(self._name)
        self.engine.settle()
        self.engine.pass_time(minutes=10)

    def life_is_left_out(self) -> None:
        self._run(a=TASK, settings={**SLOW, "throttleAction": "drop"})
        self.engine.emit(self._name)
        self.engine.settle()

    def life_another_workflow_has_limits(self) -> None:
        for number, limits in enumerate(({"concurrency": {"limit": 1}}, SLOW, {**SLOW, "throttleAction": "drop"})):
            self._publish(a=REST, name=f"Limited {number}", settings=limits)
            start = {"type": "trigger_workflow", "workflowId": f"Limited {number}"}
            self._run("a -> b", a=start, b=start)

    def life_is_taken_up_and_has_to_wait_for_its_turn(self) -> None:
        OutsideProbe.script[:] = [Fail("no")]
        self._run("a -> b", a=CALL, b=REST, settings={**ONCE, "concurrency": {"limit": 1}})
        failed = self._last()
        self.engine.emit(self._name)
        self.engine.settle()
        take_up(actor=self.actor, execution_id=failed.pk, now=self.engine.now)

    def life_another_workflow_is_given_up_while_a_person_is_asked(self) -> None:
        UnsafeProbe.script[:] = [LOST]
        self._publish(a=UNSAFE, name="Held child")
        self._run(a={"type": "subworkflow", "workflowId": "Held child"})
        self._cancel()
        self.engine.settle()

    def life_another_workflow_is_given_up_before_its_turn(self) -> None:
        self._publish(a=REST, name="Child in line", settings={"concurrency": {"limit": 1}})
        start = {"workflowId": "Child in line"}
        self._run("a -> b", a={"type": "trigger_workflow", **start}, b={"type": "subworkflow", **start})
        self._cancel()
        self.engine.settle()

    def life_an_event_comes_from_outside(self) -> None:
        send(actor=self.actor, type="deal.won", source="crm", payload={}, now=self.engine.now)
        self.engine.settle()

    def life_an_event_is_set_aside_and_handed_over(self) -> None:
        broken = [True]

        def consume(events: Sequence[Any], now: Any) -> None:
            if broken:
                raise ValueError("by design")

        with self.monkeypatch.context() as patch:
            patch.setitem(consumers.all_consumers(), "broken", consume)
            self.engine.emit("odd.one")
            self.engine.settle()
            broken.clear()
            hand_over(actor=self.actor, failure=RoutingFailure.objects.get(), now=self.engine.now)

    def life_of_jobs(self) -> None:
        with self.monkeypatch.context() as patch:
            patch.setattr("opsflows.queue.job_kinds._kinds", dict(job_kinds()))
            job("piecewise", label="Piecewise")(_piecewise)
            ids = {}
            for name in ("good", "bad", "stopped", "stopped early"):
                ids[name] = enqueue_job(kind="piecewise", key=name, params={"is": name}, now=self.engine.now).pk
            cancel_job(job_id=ids["stopped early"], now=self.engine.now)
            for attempt in range(MAX_ATTEMPTS + 3):
                run_one_job(holder="here", now=self.engine.now + timedelta(days=attempt))

    def _publish(self, *edges: str, **given: Any) -> None:
        self._name = next(self._names)
        publisher(self.actor)(*edges, event=self._name, **{"name": self._name, **given})

    def _run(self, *edges: str, settle: bool = True, **given: Any) -> None:
        self._publish(*edges, **given)
        self.engine.emit(self._name)
        if settle:
            self.engine.settle()

    def _last(self) -> Execution:
        return Execution.objects.filter(workflow__workflow_name=self._name).latest("pk")

    def _decide(self, verdict: Verdict) -> None:
        resolve_unclear(actor=self.actor, execution_id=self._last().pk, verdict=verdict, now=self.engine.now)

    def _cancel(self) -> None:
        cancel(actor=self.actor, execution_id=self._last().pk, now=self.engine.now)


def _lost(*_: Any) -> None:
    raise ConnectionAbortedError


def _piecewise(piece: Slice) -> Progress:
    match piece.params["is"], piece.done:
        case "bad", _:
            raise ValueError("by design")
        case "stopped", 0:
            cancel_job(job_id=piece.job_id, now=piece.now)
    return Progress(piece.done == 1, {}, piece.done + 1)
