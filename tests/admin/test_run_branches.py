"""A run's page where it goes on in branches: lanes, a list's progress, its items a page at a time, one item's steps."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.runs.models import Branch, Execution, Fork, QueueItem
from tests.admin.addresses import page
from tests.admin.test_queries import assert_fixed, counts, queries
from tests.admin.world import World
from tests.runs.graphs import graph

pytestmark = pytest.mark.django_db


def a_run(alpha: World, *edges: str, **steps: Any) -> Execution:
    """A run of such a definition, standing at its first step."""
    workflow = alpha.workflow("Flow")
    version = workflow.published_version
    assert version is not None
    type(version).objects.filter(pk=version.pk).update(workflow_data=graph(*edges, **steps))
    run = alpha.run(workflow, alpha.event(), status="running", steps=0)
    QueueItem.objects.filter(execution=run).update(node_id=next(iter(steps)), resumes=True)
    return run


def fork_of(run: Execution, node_id: str, total: int, *, branch: Branch | None = None, **counts: Any) -> Fork:
    item = QueueItem.objects.get(execution=run)
    about = {"execution": run, "item_id": item.pk, "node_id": node_id, "branch": branch}
    join = {"need": None, "tolerate": [], "stopOnError": False, "concurrency": 5, "rate": None, "itemName": "item"}
    return Fork.objects.create(**about, join=join, total=total, started_at=timezone.now(), **counts)


def items(fork: Fork, *, failed: int, done: int = 0, start: int = 0) -> None:
    now = timezone.now()
    states = ["failed"] * failed + ["completed"] * done
    Branch.objects.bulk_create(
        Branch(
            fork=fork,
            position=start + number,
            handle="each",
            item={"email": f"n{start + number}@x", "api_key": "hush"},
            status=status,
            error_message=f"broke {start + number}" if status == "failed" else None,
            completed_at=now,
        )
        for number, status in enumerate(states)
    )


def a_list(alpha: World, **fork: Any) -> tuple[Execution, Fork]:
    run = a_run(
        alpha,
        "list.each -> call",
        list={"type": "foreach", "label": "Contacts", "items": "{{x}}"},
        call={"type": "set", "values": {"x": 1}},
    )
    alpha.step(
        run, "list", step_status="waiting", completed_at=None, step_config={"kind": "foreach", "label": "Contacts"}
    )
    return run, fork_of(run, "list", **{"total": 10_000, "launched": 300, "done": 200, "failed": 60} | fork)


def test_progress_and_the_failed_first(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=60, done=40)
    html = admin.get(page(run)).content.decode()
    assert "260 of 10,000 items are over, 60 failed" in html
    assert "200 done · 60 failed · 9,740 left (40 under way)" in html
    assert html.count('class="ops-item"') == 50
    assert "broke 49" in html
    assert "broke 50" not in html
    assert "hush" not in html
    second = admin.get(f"{page(run)}?items={fork.pk}&show=failed&start=50").content.decode()
    assert second.count('class="ops-item"') == 10
    everything = admin.get(f"{page(run)}?items={fork.pk}&show=all&number=99").content.decode()
    assert "n98@x" in everything
    assert "n97@x" not in everything


def test_a_list_of_many_costs_what_one_of_few_costs(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=51, done=10)

    def grow() -> None:
        items(fork, failed=100, done=200, start=61)
        for position in range(100):
            alpha.step(run, "call", iteration=str(position))

    assert_fixed(admin, page(run), grow)


def test_one_item(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=1, done=2)
    alpha.step(run, "call", iteration="0", step_status="failed", error_message="It broke here.")
    alpha.step(run, "call", iteration="1", output_data={"mine": "other"})
    shown = admin.get(f"{page(run)}?item={fork.pk},0")
    html = shown.content.decode()
    assert "Contacts, item 1 of 10,000" in html
    assert "It broke here." in html
    assert "n0@x" in html
    assert "hush" not in html
    assert [step.step.place.node_id for step in shown.context["steps"]] == ["call"]
    assert shown.context["steps"][0].step.iteration == "0"


@pytest.mark.parametrize("query", ["item=", "item=x,1", "item={fork},99999", "item={fork},-1", "items=x", "item=,"])
def test_an_address_that_leads_nowhere_shows_the_run(admin: Client, alpha: World, query: str) -> None:
    run, fork = a_list(alpha)
    shown = admin.get(f"{page(run)}?{query.format(fork=fork.pk)}")
    assert shown.status_code == 200
    assert shown.context["opened"] is None


def test_the_item_of_another_run_is_not_shown(admin: Client, alpha: World, beta: World) -> None:
    run, _ = a_list(alpha)
    _, foreign = a_list(beta)
    items(foreign, failed=1)
    for query in (f"item={foreign.pk},0", f"items={foreign.pk}&show=all"):
        html = admin.get(f"{page(run)}?{query}").content.decode()
        assert "n0@x" not in html


def test_branches_stand_side_by_side(admin: Client, alpha: World) -> None:
    names = [{"name": "left"}, {"name": "right"}]
    run = a_run(
        alpha,
        "fork.left -> l1",
        "fork.right -> r1",
        fork={"type": "parallel", "branches": names},
        l1={"type": "set", "values": {"x": 1}},
        r1={"type": "delay", "duration": "1 day"},
    )
    alpha.step(run, "fork", step_status="waiting", completed_at=None, step_config={"kind": "parallel", "label": ""})
    fork = fork_of(run, "fork", 2, launched=2, failed=1)
    now = timezone.now()
    Branch.objects.create(
        fork=fork, position=0, handle="left", status="failed", error_message="l1: no", completed_at=now
    )
    right = Branch.objects.create(fork=fork, position=1, handle="right", status="running")
    alpha.step(run, "l1", step_status="failed")
    root = QueueItem.objects.get(execution=run)
    QueueItem.objects.create(
        account=alpha.account,
        workflow=run.workflow,
        execution=run,
        scheduled_at=now,
        status="queued",
        node_id="r1",
        entered_at=now,
        created_at=now,
        branch=right,
    )
    shown = admin.get(page(run))
    [step] = shown.context["steps"]
    left, other = step.lanes
    assert (left.name, left.error, [each.step.place.node_id for each in left.steps]) == ("left", "l1: no", ["l1"])
    assert (other.name, other.standing) == ("right", "at “Wait”, next for a worker")
    assert "1 of 2 branches are over, 1 failed" in shown.content.decode()
    assert root.branch_id is None


def test_what_waits_for_a_person_in_a_list_is_led_to(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=3)
    Execution.objects.filter(pk=run.pk).update(execution_status="needs_attention", error_message="Who knows.")
    branch = Branch.objects.get(fork=fork, position=1)
    item = QueueItem.objects.get(execution=run)
    QueueItem.objects.create(
        account=alpha.account,
        workflow=run.workflow,
        execution=run,
        scheduled_at=item.scheduled_at,
        status="held",
        node_id="call",
        iteration="1",
        entered_at=item.entered_at,
        created_at=item.created_at,
        branch=branch,
    )
    assert admin.get(page(run)).context["held_url"] == f"?item={fork.pk}%2C1"


def test_only_what_is_under_way_is_read_anew(admin: Client, alpha: World) -> None:
    run, _ = a_list(alpha)
    assert " data-live" in admin.get(page(run)).content.decode()
    over = alpha.run(alpha.workflow("w"), alpha.event(), status="completed")
    assert " data-live" not in admin.get(page(over)).content.decode()


def test_a_run_without_branches_asks_for_none(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=3)
    admin.get(page(run))
    asked = queries(admin, page(run))
    assert [sql for sql in asked if "workflow_forks" in sql or "workflow_branches" in sql] == []
    assert counts(asked) == []


def test_values_are_masked_by_their_names(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    sets = {"scope": "global", "values": {"fee": 41}}
    alpha.step(
        run, "a1", output_data={"token": "hush", "ok": 1}, step_config={"kind": "set", "label": "", "sets": sets}
    )
    html = admin.get(page(run)).content.decode()
    assert "hush" not in html
    assert "Values after it" in html
    assert "set here" in html


def test_the_message_is_shown_as_it_is_read(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    sent = {"to": ["ada@x"], "subject": "Hello <b>", "body": "One\n\n<script>two"}
    alpha.step(run, "m", input_data=sent, step_config={"kind": "email", "label": "Mail"})
    html = admin.get(page(run)).content.decode()
    assert "To ada@x" in html
    assert "<p>&lt;script&gt;two</p>" in html
    assert "Hello <b>" not in html


def test_reading_the_page_is_a_few_queries(admin: Client, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=2)
    admin.get(page(run))
    with CaptureQueriesContext(connection) as asked:
        admin.get(f"{page(run)}?item={fork.pk},{0}")
    assert len(asked) <= 30
    assert isinstance(fork.pk, uuid.UUID)
