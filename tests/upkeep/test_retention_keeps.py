"""Property: whatever events, runs and tasks there are, what is still needed outlives every cleaning."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventPayload, RoutingFailure
from opsflows.records.models import Task
from opsflows.runs.engine.claim import Claim
from opsflows.runs.engine.load import load
from opsflows.runs.engine.run import Position
from opsflows.runs.models import Execution, QueueItem, Step, Variable
from opsflows.upkeep.retention.policies import set_policy
from tests.insights.past import Past, do

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
#: Some are older than every policy that is drawn, so that only need can keep them.
_AGES = st.sampled_from([2, 15, 35, 45, 90, 91])
_RUNS = st.lists(
    st.tuples(
        st.sampled_from(["completed", "failed", "cancelled", "timeout", "waiting", "running", "needs_attention"]),
        st.sampled_from([None, "open", "done"]),
        st.booleans(),
    ),
    max_size=3,
)
_EVENTS = st.lists(st.tuples(_AGES, st.booleans(), st.sampled_from([None, "open", "resolved"]), _RUNS), max_size=6)
_DAYS = st.fixed_dictionaries(
    {"payloads": st.integers(7, 40), "events": st.integers(30, 50), "runs": st.integers(7, 40)}
)


@given(graph=_EVENTS, days=_DAYS, off=st.sets(st.sampled_from(["payloads", "events", "runs"]), max_size=1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_needed_stays_and_what_is_not_goes(db: None, graph: list, days: dict[str, int], off: set[str]) -> None:
    with transaction.atomic():
        _hold(graph, days, off)
        transaction.set_rollback(True)


def _hold(graph: list, days: dict[str, int], off: set[str]) -> None:
    account = PlatformAccount.objects.create(slug=uuid.uuid4().hex[:12], name="Acme")
    past = Past(account)
    for kind, keep in days.items():
        set_policy(actor=system_actor(account.pk), kind=kind, keep_days=keep, is_active=kind not in off)
    made = [_make(past, *drawn) for drawn in graph]
    do("retention.clean", NOW, account=account)
    for event, aside, runs in made:
        _check(event, aside, runs, days, off)
    for item in QueueItem.objects.filter(account=account):
        assert _can_go_on(item), item


def _make(past: Past, age: int, routed: bool, aside: str | None, runs: list) -> tuple[Event, str | None, list[tuple]]:
    at = NOW - timedelta(days=age, hours=1)
    event = past.event(at, routed_at=at if routed else None)
    if aside:
        RoutingFailure.objects.create(
            event=event, consumer="x", error="", failed_at=at, resolved_at=at if aside == "resolved" else None
        )
    return event, aside, [_run(past, event, at, number, *drawn) for number, drawn in enumerate(runs)]


def _run(past: Past, event: Event, at: datetime, number: int, status: str, task: str | None, long: bool) -> tuple:
    took = timedelta(days=5) if long else timedelta(seconds=1)
    run = past.run(at, status=status, event=event, took=took, workflow=f"w{number}")
    Step.objects.create(execution=run, step_id="a0", step_type="action", step_status="completed", output_data={"x": 1})
    Variable.objects.create(execution=run, variable_name="fee", variable_value=1, variable_type="number", created_at=at)
    if task:
        Task.objects.create(account=past.account, title="t", status=task, execution_id=run.pk, created_at=at)
    return run, task


def _check(event: Event, aside: str | None, runs: list[tuple], days: dict[str, int], off: set[str]) -> None:
    kept_runs = []
    for run, task in runs:
        is_over = run.execution_status in Execution.TERMINAL
        is_old = is_over and run.completed_at < NOW - timedelta(days=days["runs"])
        goes = is_old and task != "open" and "runs" not in off
        assert Execution.objects.filter(pk=run.pk).exists() is not goes
        assert Step.objects.filter(execution_id=run.pk).exists() is not goes
        assert Variable.objects.filter(execution_id=run.pk).exists() is not goes
        if not goes:
            kept_runs.append((run, task))
    waits = event.routed_at is None or aside == "open"
    keep = max(days["events"], days["runs"])
    is_old = event.received_at < NOW - timedelta(days=keep)
    event_goes = is_old and not waits and not kept_runs and not off & {"events", "runs"}
    assert Event.objects.filter(pk=event.pk).exists() is not event_goes
    read = any(run.execution_status not in Execution.TERMINAL or task == "open" for run, task in runs)
    payload_is_old = event.received_at < NOW - timedelta(days=days["payloads"])
    payload_goes = event_goes or (payload_is_old and not waits and not read and "payloads" not in off)
    assert EventPayload.objects.filter(pk=event.pk).exists() is not payload_goes


def _can_go_on(item: QueueItem) -> bool:
    """The engine can load the run with all that its next step may read."""
    position = Position(item.node_id, "", 0, 1, item.entered_at, False)
    claim = Claim(item.pk, 2, 2, item.execution_id, position, None, item.created_at)
    runs, spoilt = load([claim])
    return not spoilt and runs[0].data == {"value": 1} and "a0" in runs[0].outputs and runs[0].variables == {"fee": 1}
