"""Random flows while people cancel, take up and judge, events come, and workers die: nothing hangs, nothing is left."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from opsflows.accounts.actor import Actor
from opsflows.events.models import RoutingFailure
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.models import Branch, EventWait, Execution, Fork, Gate, QueueItem, Step
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.take_up import take_up, take_up_items
from opsflows.runs.resolve_unclear import NotHeld, resolve_unclear
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.runs.conftest import NOW
from tests.runs.graphs import publisher
from tests.runs.kinds import OutsideProbe, UnsafeProbe
from tests.runs.model.meddled import Chances, Flow
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db

SEEDS = range(16)


@pytest.fixture
def engine(actor: Actor) -> Iterator[QueuedEngine]:
    engine = QueuedEngine(account_id=actor.account_id, now=NOW)
    yield engine
    engine.close()
    OutsideProbe.script, UnsafeProbe.script = [], []


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_people_do_it_comes_to_an_end(engine: QueuedEngine, actor: Actor, probes: None, seed: int) -> None:
    chance = random.Random(seed)
    publish = publisher(actor)
    rest = {"type": "delay", "duration": "30 minutes"}
    publish("r -> c", name="Child", event="a.b", r=rest, c={"type": "probe_unsafe"})
    _published(publish, chance)
    OutsideProbe.script = Chances(chance, unclear=False)
    UnsafeProbe.script = Chances(chance, unclear=True)
    for _ in range(chance.randint(1, 3)):
        engine.emit("deal.won")
    for _ in range(chance.randint(5, 25)):
        _meddle(engine, actor, chance)
        _check_forks()
    _let_end(engine, actor)
    assert not Execution.objects.exclude(execution_status__in=Execution.TERMINAL).exists()
    assert not QueueItem.objects.exists()
    assert not Gate.objects.exists()
    assert not EventWait.objects.filter(is_open=True).exists()
    assert not Step.objects.filter(step_status__in=["running", "waiting"]).exists()
    assert not Fork.objects.exclude(status="joined").exists()
    assert not Branch.objects.filter(status="running").exists()
    assert not RoutingFailure.objects.exists()


def _published(publish: Callable[..., Workflow], chance: random.Random) -> None:
    """A flow that may be published; most may."""
    while True:
        flow = Flow(chance)
        with suppress(InvalidDefinition):
            publish(*flow.edges, name="P", settings=flow.settings(), **flow.steps)
            return
        Workflow.objects.filter(workflow_name="P").delete()


def _meddle(engine: QueuedEngine, actor: Actor, chance: random.Random) -> None:
    runs = list(Execution.objects.order_by("id").values_list("id", flat=True))
    run = chance.choice(runs) if runs else None
    act = chance.choice(["time", "time", "event", "event", "crash", "cancel", "judge", "take up", "work", "work"])
    if act == "time":
        engine.pass_time(minutes=chance.choice([5, 20, 60]))
    elif act == "event":
        engine.emit(chance.choice(["it.came", "it.came", "exit.now"]))
    elif act == "crash":
        engine.crash()
    elif run is not None and act == "cancel":
        with suppress(NotRunning):
            cancel(actor=actor, execution_id=run, now=engine.now)
    elif run is not None and act == "judge":
        verdict = chance.choice(["it_happened", "run_again"])
        with suppress(NotHeld):
            resolve_unclear(actor=actor, execution_id=run, verdict=verdict, now=engine.now)  # type: ignore[arg-type]
    elif run is not None and act == "take up":
        with suppress(NotTakenUp):
            chance.choice([take_up, take_up_items])(actor=actor, execution_id=run, now=engine.now)
    for _ in range(chance.randint(0, 6)):
        engine.routing.work(engine.now)
        engine.runs.work(engine.now)


def _check_forks() -> None:
    """What a fork has counted is what its branches say."""
    for fork in Fork.objects.all():
        came = Counter(fork.branches.values_list("status", flat=True))
        assert (fork.done, fork.failed, fork.dropped) == (came["completed"], came["failed"], came["dropped"])
        assert fork.status != "joined" or not came["running"]


def _let_end(engine: QueuedEngine, actor: Actor) -> None:
    for _ in range(60):
        engine.pass_time(minutes=40)
        held = QueueItem.objects.filter(status="held").first()
        if held is not None:
            resolve_unclear(actor=actor, execution_id=held.execution_id, verdict="it_happened", now=engine.now)
        elif not QueueItem.objects.exists():
            return
