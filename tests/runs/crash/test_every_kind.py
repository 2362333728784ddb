"""Each step kind, its worker ended at every boundary that a run passes: it comes back right, and does its work once."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.workflows.registry import all_kinds
from tests.outbound.receiver import Receiver
from tests.runs.conftest import NOW
from tests.runs.crash.boundaries import AT_REST, Boundaries, Died
from tests.runs.crash.table import HOOK, LINES, Line
from tests.runs.crash.world import World, plain, rows
from tests.runs.engine import Engine
from tests.runs.graphs import publisher

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.OPSFLOWS_FILES = str(tmp_path / "files")
    settings.QUERY_SQLITE_FOLDER = str(tmp_path / "sqlite")
    settings.OPSFLOWS_SCRIPTS = True
    account = PlatformAccount.objects.create(slug=f"acme-{uuid.uuid4().hex[:8]}", name="Acme")
    with Receiver() as receiver:
        yield World(account, system_actor(account.pk), receiver, tmp_path)
    # What a test that failed leaves undone would be done by the next.
    QueueItem.objects.all().delete()


def test_every_kind_has_a_line() -> None:
    assert {line.kind for line in LINES} == set(all_kinds())


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_crash_at_any_boundary_changes_nothing(line: Line, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(line, world)
    trial = Trial(line, world, monkeypatch)
    # Things that are there only once (a tag, a project) are made by the first run.
    trial.run()
    passed = Boundaries()
    whole = trial.run(passed)
    assert (whole.status, len(whole.outside), whole.asked) == (line.ends, line.outside, False)
    for place in passed.all():
        crashed = trial.run(Boundaries(place))
        # By hand a step is counted as done without what it would have answered.
        assert crashed == (whole if not crashed.asked else whole.without_answers()), place


@dataclass
class Came:
    """What came of a run, without what differs from one to the next."""

    status: str
    rows: dict[str, int]
    outside: list[str]
    steps: list[str] | None
    asked: bool = False

    def without_answers(self) -> "Came":
        return Came(self.status, self.rows, self.outside, None, asked=True)


class Trial:
    """Runs the flow again and again, each time with another end of its worker."""

    def __init__(self, line: Line, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.line = line
        self.world = world
        self.monkeypatch = monkeypatch
        self.number = 0

    def run(self, boundaries: Boundaries | None = None) -> Came:
        boundaries = boundaries or Boundaries()
        boundaries.in_routing = bool(self.line.comes or self.line.answers)
        self.number += 1
        engine = Engine(account_id=self.world.account.pk, now=NOW)
        before, outside = rows(decided=self.line.unsafe), self.world.outside()
        try:
            self._emit(engine, "go.now")
            if self.line.comes == "early":
                self._emit(engine, "it.came")
            asked = self._drive(engine, boundaries, outside)
        finally:
            engine.close()
        after = rows(decided=self.line.unsafe)
        runs = Execution.objects.filter(account=self.world.account, workflow__workflow_name="Crash")
        run = runs.latest("pk")
        return Came(
            status=run.execution_status,
            rows={table: after[table] - before[table] for table in after if after[table] != before[table]},
            outside=sorted(map(plain, self.world.outside() - outside)),
            steps=None if asked else self._steps(run),
            asked=asked,
        )

    def _emit(self, engine: Engine, name: str) -> None:
        engine.emit(name, n=f"n{self.number:04}", **self.line.data)

    def _drive(self, engine: Engine, boundaries: Boundaries, outside: set[str]) -> bool:
        """Until all is over; whether a person was asked."""
        asked = crashed = False
        comes, answers = self.line.comes == "late", self.line.answers
        for _ in range(20):
            try:
                with boundaries.watched(self.monkeypatch):
                    engine.settle()
                    if QueueItem.objects.filter(status=QueueItem.Status.WAITING).exists():
                        boundaries.reach(AT_REST)
            except Died:
                crashed = True
                unclear = self.line.unsafe and Step.objects.filter(step_status="running").exists()
                engine.crash()
                engine.settle()
                held = QueueItem.objects.filter(status=QueueItem.Status.HELD)
                assert held.exists() == unclear
                if unclear:
                    asked = True
                    self._decide(engine, happened=self.world.outside() != outside)
            if not QueueItem.objects.exists():
                assert crashed == (boundaries.deadly is not None), f"{boundaries.deadly} was never reached"
                return asked
            if comes:
                self._emit(engine, "it.came")
                comes = False
            elif answers:
                self.world.say_yes(engine.now)
                answers = False
            else:
                engine.now += timedelta(hours=1)
        raise AssertionError("the run does not end")

    def _decide(self, engine: Engine, *, happened: bool) -> None:
        [run] = Execution.objects.filter(execution_status="needs_attention")
        verdict = "it_happened" if happened else "run_again"
        resolve_unclear(actor=self.world.actor, execution_id=run.pk, verdict=verdict, now=engine.now)
        engine.settle()

    def _steps(self, run: Execution) -> list[str]:
        found = Step.objects.filter(execution=run).order_by("step_id", "iteration", "attempt")
        names = ("step_id", "iteration", "attempt", "step_status", "handle", "input_data", "output_data")
        return [plain([getattr(step, name) for name in names]) for step in found]


def publish(line: Line, world: World) -> None:
    """Perhaps steps before, the step itself, perhaps branches, and a task that is made after it."""
    if line.needs is not None:
        line.needs(world)
    step = {"type": line.kind, **{key: _at(value, world) for key, value in line.config.items()}}
    steps = {f"b{number}": dict(given) for number, given in enumerate(line.before)}
    order = [*steps, "it"]
    edges = [f"{first} -> {second}" for first, second in itertools.pairwise(order)]
    steps["it"] = step
    for way, inner in line.branches.items():
        steps[f"in_{way}"] = dict(inner)
        edges.append(f"it.{way} -> in_{way}")
    if line.way is not None:
        steps["after"] = {"type": "create_task", "title": "After"}
        edges.append(f"it.{line.way} -> after")
    publisher(world.actor)(*edges, event="go.now", name="Crash", settings={"errorHandling": {"retryCount": 0}}, **steps)


def _at(value: Any, world: World) -> Any:
    return world.receiver.url if value == HOOK else value
