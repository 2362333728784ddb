"""The delay in business time, by the account's calendar."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendar_state import NamedDay
from opsflows.accounts.change_calendar import change_calendar, create_calendar
from opsflows.records.models import Task
from opsflows.rules import Hours
from opsflows.runs.dry_run import dry_run
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.validate import publish_problems
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]
#: NOW is a Monday, 10:00 in Berlin.
WAITS = [
    ({"duration": "7 business hours"}, "2026-03-02T16:00+00:00", "2026-03-04T10:00+00:00"),
    ({"duration": "2 business days"}, "2026-03-04T09:00+00:00", "2026-03-05T09:00+00:00"),
    ({"duration": "9 hours", "within_business_hours": True}, "2026-03-03T08:00+00:00", "2026-03-04T09:00+00:00"),
    ({"until": "+8 business hours"}, "2026-03-03T09:00+00:00", "2026-03-04T11:00+00:00"),
    ({"until": "2026-03-07", "within_business_hours": True}, "2026-03-09T08:00+00:00", "2026-03-09T09:00+00:00"),
]


def late_start(actor: Actor) -> None:
    """From 10:00 to 16:00, and closed on the Tuesday."""
    week = (*[(Hours(600, 960),)] * 5, (), ())
    tuesday = NamedDay(datetime(2026, 3, 3, tzinfo=UTC).date(), "Inventory")
    create_calendar(actor=actor, now=NOW, week=week, own_days=(tuesday,))


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("wait", "usual", "special"), WAITS)
def test_a_wait_ends_in_business_time(
    engine: Engine, live: Live, actor: Actor, wait: dict[str, Any], usual: str, special: str, own: bool
) -> None:
    if own:
        late_start(actor)
    workflow = live("deal.won", {"type": "delay", **wait})
    end = datetime.fromisoformat(special if own else usual)
    tried = dry_run(actor=actor, workflow=workflow, data={}, now=NOW)
    assert [step.until for step in tried.steps if step.until] == [end]
    engine.emit("deal.won")
    engine.settle()
    assert QueueItem.objects.get().scheduled_at == end
    engine.now = end
    engine.settle()
    assert Execution.objects.get().execution_status == Execution.Status.COMPLETED
    step = Step.objects.get()
    assert datetime.fromisoformat(step.output_data["until"]) == end


def test_an_open_business_does_not_wait(engine: Engine, live: Live) -> None:
    live("deal.won", {"type": "delay", "until": "next_business_hour"})
    engine.emit("deal.won")
    engine.settle()
    assert Execution.objects.get().execution_status == Execution.Status.COMPLETED


def test_a_claimed_run_counts_by_the_calendar_too(engine: Engine, live: Live, actor: Actor) -> None:
    """Its second step renders after a wait, in a run that was loaded and not born in this worker."""
    late_start(actor)
    live("deal.won", {"type": "delay", "duration": "1 hour"}, {"type": "delay", "duration": "6 business hours"})
    engine.emit("deal.won")
    engine.settle()
    engine.now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    engine.settle()
    assert QueueItem.objects.get().scheduled_at == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_a_calendar_that_changes_does_not_move_a_wait(engine: Engine, live: Live, actor: Actor) -> None:
    calendar = create_calendar(actor=actor, now=NOW)
    live("deal.won", {"type": "delay", "duration": "2 business days"})
    engine.emit("deal.won")
    engine.settle()
    change_calendar(actor=actor, calendar=calendar, now=NOW, week=((Hours(0, 60),), (), (), (), (), (), ()))
    engine.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    engine.settle()
    assert Execution.objects.get().execution_status == Execution.Status.COMPLETED


def test_a_condition_and_a_due_date_count_by_the_calendar(engine: Engine, live: Live, actor: Actor) -> None:
    late_start(actor)
    live(
        "deal.won",
        {"type": "create_task", "title": "Call", "dueDate": "next_business_day"},
        conditions={"rules": [{"field": "by", "operator": "before", "value": "+1 business day"}]},
    )
    engine.emit("deal.won", by="2026-03-03")
    engine.emit("deal.won", by="2026-03-04")
    engine.settle()
    [run] = Execution.objects.all()
    assert Task.objects.get().due_at == datetime(2026, 3, 4, 22, 59, tzinfo=UTC)
    assert run.event.payload.data == {"by": "2026-03-03"}


@pytest.mark.parametrize(
    ("wait", "message"),
    [
        ({"duration": "1.5 business days"}, "business days are counted whole"),
        ({"duration": "4 busy hours"}, "is not a duration"),
        ({"until": "next_business_our"}, "did you mean next_business_hour"),
    ],
)
def test_what_cannot_be_waited_for_is_not_published(wait: dict[str, Any], message: str) -> None:
    graph = to_graph({"trigger": "deal.won", "actions": [{"type": "delay", **wait}]})
    assert [message in problem.message for problem in publish_problems(graph, {})] == [True]


@pytest.mark.parametrize("until", ["0001-01-01", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00"])
def test_a_moment_at_the_end_of_the_calendar_is_named(engine: Engine, live: Live, until: str) -> None:
    live("deal.won", {"type": "delay", "until": "{{day}}", "within_business_hours": True})
    engine.emit("deal.won", day=until)
    engine.settle()
    assert Execution.objects.get().error_message == f'Wait: "{until}" lies outside of the calendar.'
