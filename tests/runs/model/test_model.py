"""Random flows, run by the engine under random crashes and orders, do what a plain interpreter does."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.records.models import Task as TaskRow
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Fork, QueueItem, Step, Variable
from opsflows.workflows import registry
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.model.interpreter import Interpreter
from tests.runs.model.programs import Block, graph_of, programs

pytestmark = pytest.mark.django_db(transaction=True)


class CallConfig(StepConfig):
    note: str = ""
    fails: bool = False


class CallProbe(OutsideKind):
    """A receiver that knows repeats by their key."""

    kind = "probe_call"
    label = "Call"
    Config = CallConfig
    seen: dict[str, str]

    def freeze(self, step: StepContext) -> Frozen:
        request = {"note": step.config.note, "fails": step.config.fails}
        return Frozen(request=request, shown=request, timeout=1, repeat_safe=True)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        before = type(self).seen.setdefault(key, frozen.request["note"])
        assert before == frozen.request["note"], "the same key came with another content"
        return Fail("as it was told") if frozen.request["fails"] else Done(output=frozen.request)


@pytest.fixture
def calls() -> Iterator[type[CallProbe]]:
    registry.all_kinds()
    registry.register(CallProbe)
    yield CallProbe
    registry.all_kinds().pop(CallProbe.kind)


class Havoc:
    """Drives an engine, and crashes it: before a commit, after one whose answer is lost, or in between."""

    def __init__(self, engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = engine
        self.draw = random.Random(seed)
        self.monkeypatch = monkeypatch

    def run(self) -> None:
        for _ in range(self.draw.randrange(40)):
            self.draw.choice([self._work, self._work, self._crash, self._lose_commit, self._lose_answer, self._rest])()
        # Lists in lists, one after the other, with rests in them, take days.
        for _ in range(400):
            self.engine.settle()
            if not QueueItem.objects.exists():
                return
            self.engine.pass_time(hours=3)
        raise AssertionError("the run does not end")

    def _work(self) -> None:
        self.engine.routing.work(self.engine.now)
        self.engine.runs.work(self.engine.now)
        # So many crashes would make the run a suspect, and then set it aside.
        QueueItem.objects.filter(claims__gt=1).update(claims=1)

    def _crash(self) -> None:
        self._work()
        self.engine.crash()

    def _lose_commit(self) -> None:
        """The worker ends in the middle of a commit: nothing of it is there."""
        self._break("opsflows.runs.engine.flush.checkpoint")

    def _lose_answer(self) -> None:
        """The commit is made, and the worker ends before it hears so."""
        with self.monkeypatch.context() as patch:
            patch.setattr(RunsLane, "_committed", _gone)
            self._work_and_die()

    def _rest(self) -> None:
        self.engine.pass_time(minutes=self.draw.choice([1, 70]))

    def _break(self, name: str) -> None:
        with self.monkeypatch.context() as patch:
            patch.setattr(name, _gone)
            self._work_and_die()

    def _work_and_die(self) -> None:
        with suppress(ConnectionAbortedError):
            self._work()
        self.engine.crash()


def _gone(*_: Any, **__: Any) -> None:
    raise ConnectionAbortedError("the worker is gone")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs, seed=st.integers(0, 2**32))
def test_the_engine_does_what_the_interpreter_does(
    program: Block,
    seed: int,
    account: PlatformAccount,
    actor: Actor,
    calls: type[CallProbe],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    note(repr(program))
    for model in (QueueItem, Execution, TaskRow):
        model.objects.all().delete()
    calls.seen = {}
    event = f"go.n{uuid.uuid4().hex}"
    workflow = create_workflow(
        actor=actor,
        name=event,
        workflow_data=graph_of(program, event=event),
        settings={"errorHandling": {"retryCount": 0}},
    )
    publish(actor=actor, workflow=workflow, now=NOW)
    engine = Engine(account_id=account.id, now=NOW)
    try:
        engine.emit(event)
        Havoc(engine, seed, monkeypatch).run()
    finally:
        engine.close()

    meant = Interpreter()
    status = meant.run(program)
    run = Execution.objects.get()
    assert run.execution_status == status, run.error_message
    assert Counter(calls.seen.values()) == meant.calls
    assert Counter(TaskRow.objects.values_list("title", flat=True)) == Counter(
        {title.strip(): count for title, count in meant.tasks.items()}
    )
    kept = Variable.objects.filter(execution=run, place="", scope="global")
    assert dict(kept.values_list("variable_name", "variable_value")) == meant.variables
    assert not Step.objects.filter(step_status__in=["running", "waiting", "pending"]).exists()
    assert not Fork.objects.exclude(status="joined").exists()
