"""What staff see of runs that wait to begin."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from opsflows.runs.models import Execution, QueueItem
from opsflows.runs.start_run import start_run
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.admin.conftest import _served, admin, alpha
from tests.admin.world import World

__all__ = ["_served", "admin", "alpha"]

LIST = "/admin/runs/execution/"
Make = Callable[..., Workflow]


@pytest.fixture
def flow(alpha: World) -> Make:
    def make(name: str, runs: int, **settings: object) -> Workflow:
        rule = {"name": name, "trigger": "deal.won", "actions": [{"type": "create_task", "title": "x"}]}
        workflow = create_workflow(actor=alpha.actor, name=name, workflow_data=to_graph(rule), settings=settings)
        publish(actor=alpha.actor, workflow=workflow, now=timezone.now())
        for _ in range(runs):
            start(workflow)
        return workflow

    return make


def start(workflow: Workflow) -> Execution:
    now = timezone.now()
    return start_run(workflow=workflow, data={}, origin=Execution.Origin.API, origin_id=None, now=now)


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page(row: Workflow | Execution) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_a_run_in_the_line(admin: Client, flow: Make) -> None:
    flow("Turns", 4, concurrency={"limit": 1, "key": "{{customerId}}"})
    runs = list(Execution.objects.order_by("id"))
    said = [shown(admin, page(run)) for run in runs]
    assert "Waiting for its turn" not in said[0]
    assert "Waiting for its turn (next). At most 1 run of this workflow goes on at once" in said[1]
    assert "with the same {{customerId}}" in said[1]
    assert "(behind 1 other)" in said[2]
    assert "(behind 2 others)" in said[3]
    listed = shown(admin, LIST)
    assert "waits for its turn (next)" in listed
    assert "waits for its turn (behind 2 others)" in listed


def test_a_run_that_starts_later(admin: Client, flow: Make) -> None:
    flow("Hourly", 2, maxExecutionsPerHour=1)
    last = Execution.objects.latest("id")
    assert re.search(
        r"Starts in (59 min|1 h) : at most 1 run of this workflow starts in an hour", shown(admin, page(last))
    )
    assert re.search(r"starts in (59 min|1 h)", shown(admin, LIST))


def test_the_filter_and_the_first_page(admin: Client, flow: Make) -> None:
    flow("Turns", 3, concurrency={"limit": 1})
    flow("Hourly", 2, maxExecutionsPerHour=1)
    flow("Plain", 1)
    filtered = shown(admin, f"{LIST}?status=to_begin")
    assert filtered.count("waits for its turn") == 2
    assert filtered.count("starts in") == 1
    home = shown(admin, "/admin/")
    assert "2 runs wait for their turn , behind others of the same workflow." in home


def test_a_workflow_says_who_waits_and_what_was_left_out(admin: Client, flow: Make) -> None:
    turns = flow("Turns", 3, concurrency={"limit": 2})
    assert "1 run waits for its turn ." in shown(admin, page(turns))
    assert f"?workflow={turns.pk}&amp;status=to_begin" in admin.get(page(turns)).content.decode()
    hourly = flow("Hourly", 4, maxExecutionsPerHour=1)
    assert re.search(r"3 runs wait for room in the hour ; the next starts in (59 min|1 h)", shown(admin, page(hourly)))
    dropping = flow("Dropping", 3, maxExecutionsPerHour=1, throttleAction="drop")
    assert "2 runs were left out so far, the last" in shown(admin, page(dropping))
    left_out = Execution.objects.filter(workflow=dropping, execution_status=Execution.Status.CANCELLED).first()
    assert left_out is not None
    assert "at most 1 run of this workflow may start in an hour" in shown(admin, page(left_out))


def test_a_long_line_costs_what_a_short_one_costs(admin: Client, flow: Make) -> None:
    turns = flow("Turns", 3, concurrency={"limit": 1})

    def asked(url: str) -> int:
        admin.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(url).status_code == 200
        return len(captured)

    urls = [LIST, f"{LIST}?status=to_begin", page(turns), page(Execution.objects.latest("id")), "/admin/"]
    before = [asked(url) for url in urls]
    for _ in range(8):
        start(turns)
    assert [asked(url) for url in urls] == before
    assert QueueItem.objects.filter(status=QueueItem.Status.BLOCKED).count() == 10
