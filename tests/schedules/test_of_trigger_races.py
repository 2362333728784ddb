"""A workflow's own schedule while workers fire it and people publish, on real connections."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from opsflows.accounts.actor import Actor
from opsflows.runs.models import Execution
from opsflows.schedules.fire_due import fire_due
from opsflows.schedules.fire_now import fire_now
from opsflows.schedules.models import Schedule, ScheduleState
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.schedules.conftest import NOW, next_of
from tests.schedules.test_of_trigger import DAILY, NINE, own, said

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workflow(actor: Actor) -> Workflow:
    # With a limit, so that publishing locks what starts lock as well.
    settings = {"maxExecutionsPerHour": 100, "concurrency": {"limit": 1}}
    workflow = create_workflow(actor=actor, name="Report", workflow_data=said(DAILY), settings=settings)
    publish(actor=actor, workflow=workflow, now=NOW)
    return workflow


@pytest.fixture
def apart() -> Iterator[Callable[[Callable[[], object]], "threading.Thread"]]:
    """`apart(act)`: begin `act` on a connection of its own; it has to come to its end."""
    threads: list[threading.Thread] = []

    def begin(act: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                act()
            finally:
                connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return threads[-1]

    yield begin
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_who_pauses_waits_for_the_worker_that_fires(
    actor: Actor, workflow: Workflow, apart: Callable[..., threading.Thread]
) -> None:
    with transaction.atomic():
        assert fire_due(now=NINE) == 1
        pausing = apart(lambda: set_active(actor=actor, workflow=workflow, active=False, now=NINE))
        pausing.join(timeout=0.3)
        assert pausing.is_alive()
    pausing.join(timeout=30)
    assert Execution.objects.count() == 1
    assert (own(workflow).is_active, next_of(own(workflow))) == (False, None)


def test_a_worker_leaves_out_what_is_published_at_this_moment(
    actor: Actor, workflow: Workflow, apart: Callable[..., threading.Thread]
) -> None:
    fired: list[int] = []
    update_draft(actor=actor, workflow=workflow, revision=1, workflow_data=said({"schedule": {"cron": "0 11 * * *"}}))
    with transaction.atomic():
        publish(actor=actor, workflow=workflow, now=NINE)
        apart(lambda: fired.append(fire_due(now=NINE))).join(timeout=30)
    assert (fired, Execution.objects.count()) == ([0], 0)
    assert next_of(own(workflow)) == "2026-03-03 10:00"


def test_publishing_firing_and_firing_by_hand_come_to_an_end(actor: Actor, workflow: Workflow) -> None:
    def worker() -> None:
        for step in range(12):
            fire_due(now=NINE + timedelta(days=step, seconds=1))

    def author() -> None:
        for step in range(8):
            row = Workflow.objects.get(pk=workflow.pk)
            trigger = {"schedule": {"cron": f"{step} 9 * * *"}}
            name = f"Report {step}"
            update_draft(actor=actor, workflow=row, revision=row.revision, name=name, workflow_data=said(trigger))
            publish(actor=actor, workflow=row, now=NINE + timedelta(days=step))

    def hand() -> None:
        for step in range(8):
            fire_now(actor=actor, schedule=Schedule.objects.get(), now=NINE + timedelta(days=step, minutes=30))

    def alone(act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(alone, (worker, author, hand)))
    assert ScheduleState.objects.count() == 1
    assert (own(workflow).cron, own(workflow).name) == ("7 9 * * *", "Report 7")
