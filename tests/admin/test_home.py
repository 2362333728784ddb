"""The first page, sentence by sentence: what needs whom, and why runs failed."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from opsflows.accounts.models import PlatformAccount
from opsflows.messages.notify import notify
from opsflows.queue.ids import new_id
from opsflows.records.models import Task
from opsflows.runs.models import Execution
from opsflows.workflows.models import PublishRequest
from tests.admin.addresses import page
from tests.admin.conftest import signed_in
from tests.admin.test_queries import queries
from tests.admin.world import World, person

HOUR = datetime.timedelta(hours=1)


def said(client: Client) -> str:
    """The page as one reads it."""
    return re.sub(r"\s+", " ", strip_tags(client.get("/admin/").content.decode()))


def failed(world: World, reason: str | None, *, name: str = "Deals", status: str = "failed") -> Execution:
    run = world.run(world.workflow(name), None, status=status, steps=0)
    Execution.objects.filter(pk=run.pk).update(error_message=reason)
    return run


def test_nothing_happened(admin: Client) -> None:
    text = said(admin)
    for sentence in ("Nothing waits for you.", "Nothing happened.", "None failed.", "Nothing waits to be done."):
        assert sentence in text
    assert "No worker is alive. None was ever heard." in text
    assert "make worker" in text


def test_what_waits_for_a_decision(admin: Client, viewer: Client, alpha: World) -> None:
    alpha.run(alpha.workflow("w"), None, status="needs_attention")
    alpha.run(alpha.workflow("v"), None, status="needs_attention")
    assert "2 runs wait for your decision" in said(admin)
    assert "2 runs wait for an operator&#x27;s decision" in said(viewer)


def test_tasks_are_counted_for_the_person_who_has_them(admin: Client, alpha: World) -> None:
    now = timezone.now()
    other = person(alpha.account, "olga", "editor")
    fields = {"account": alpha.account, "title": "Call", "created_at": now}
    Task.objects.create(**fields, assignee=other, due_at=now)
    assert "Nothing waits for you." in said(admin)
    Task.objects.create(**fields, assignee=alpha.admin, due_at=now - 2 * HOUR)
    Task.objects.create(**fields, assignee=alpha.admin, due_at=now + 3 * HOUR + HOUR / 2)
    Task.objects.create(**fields, assignee=alpha.admin, status="done", completed_at=now)
    assert "2 tasks are yours 1 overdue, the next is due in 3 h" in said(admin)


def test_who_asked_to_publish_is_not_asked_to_approve(alpha: World) -> None:
    anna = person(alpha.account, "anna", "approver")
    now = timezone.now()
    for number in range(5):
        PublishRequest.objects.create(
            account=alpha.account,
            workflow=alpha.workflow(f"Rule {number}", live=False),
            content_hash="x",
            revision=1,
            requested_by=alpha.admin,
            requested_at=now - 2 * HOUR,
        )
    text = said(signed_in(anna))
    assert "“Rule 4” waits for a second pair of eyes alpha-admin asked 2 h ago" in text
    assert "More publications wait" in text
    assert "second pair of eyes" not in said(signed_in(alpha.admin))
    assert "second pair of eyes" not in said(signed_in(person(alpha.account, "edna", "editor")))


def test_set_aside_and_notifications(admin: Client, viewer: Client, alpha: World) -> None:
    alpha.add(1)
    text = said(admin)
    assert "1 event is set aside" in text
    assert "1 new notification" in text
    assert "set aside hand it over again" not in said(viewer)


def test_the_bell_counts_what_is_unread(admin: Client, viewer: Client, alpha: World) -> None:
    for _ in range(120):
        notify(account_id=alpha.account.pk, users=[alpha.admin], title="News", now=timezone.now())
    count = '<span class="ops-count">99+<span class="ops-hidden"> new</span></span>'
    assert count in admin.get("/admin/events/event/").content.decode()
    assert "ops-count" not in viewer.get("/admin/").content.decode()


def test_the_same_reason_stands_once(admin: Client, alpha: World) -> None:
    for name in ("Deals", "Deals", "Leads"):
        failed(alpha, f"No record {new_id()} of customer 4711471147.", name=name)
    newest = failed(alpha, f"No record {new_id()} of customer 4711471148.", name="Offers")
    failed(alpha, "The other side answered 404.")
    failed(alpha, "The other side answered 500.")
    failed(alpha, None, status="timeout")
    answer = admin.get("/admin/")
    reasons = answer.context["failures"].reasons
    assert [(reason.count, reason.words.split(" ")[0]) for reason in reasons] == [
        (4, "No"),
        (1, "It"),
        (1, "The"),
        (1, "The"),
    ]
    assert (reasons[0].newest, reasons[0].where) == (newest, "4 workflows")
    assert f'href="{page(newest)}"' in answer.content.decode()
    assert "It took longer than it may." in answer.content.decode()


def test_old_failures_and_those_of_others_are_left_out(admin: Client, alpha: World, beta: World) -> None:
    failed(beta, "Not ours.")
    run = failed(alpha, "Long ago.")
    Execution.objects.filter(pk=run.pk).update(completed_at=timezone.now() - 25 * HOUR)
    assert "None failed." in said(admin)


def test_failures_of_my_own_workflows_need_me(alpha: World) -> None:
    edna = person(alpha.account, "edna", "editor")
    run = failed(alpha, "No.")
    run.workflow.created_by = edna
    run.workflow.save()
    assert "1 run of your workflows failed" in said(signed_in(edna))
    assert "of your workflows failed" not in said(signed_in(alpha.admin))


def test_somebody_without_an_account_sees_no_numbers(alpha: World) -> None:
    alpha.add(1)
    root = person(alpha.account, "root", "admin")
    root.memberships.all().delete()
    answer = signed_in(root).get("/admin/")
    assert (answer.context["figures"], list(answer.context["failures"].reasons)) == (None, [])
    root.is_superuser = True
    root.save()
    failed(alpha, "Seen by who looks at all accounts.")
    answer = signed_in(root).get("/admin/")
    assert (answer.context["figures"], len(answer.context["failures"].reasons)) == (None, 1)
    assert PlatformAccount.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
def test_no_large_table_is_read_through(admin: Client, alpha: World) -> None:
    """Every query enters by an index on what it asks for, or walks a partial index of work that is still to do."""
    alpha.add(2)
    walked = {"event_unrouted", "queue_blocked", "queue_claimable", "queue_waiting", "routing_failure_open"}
    plans = []
    for sql in queries(admin, "/admin/"):
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plans += [(row[-1], sql) for row in cursor.fetchall()]
    # One row, and the last hour's heartbeats.
    small = ("SCAN roll_up_mark", "SCAN worker_heartbeats")
    scans = [(plan, sql) for plan, sql in plans if plan.startswith("SCAN") and not plan.startswith(small)]
    assert [plan for plan, _ in scans if not walked & set(plan.split())] == []
    assert all("LIMIT" in sql for _, sql in scans)
    # Entered by the account alone, these lead through all it ever had, unless the newest of it are what is asked for.
    whole = re.compile(r"(events|workflow_executions|tasks) USING (?:COVERING )?INDEX \w+_newest \(account_id=\?\)")
    found = [(match[1], sql) for plan, sql in plans if (match := whole.search(plan))]
    assert found
    assert [sql for table, sql in found if f' FROM "{table}" ' not in sql or "LIMIT" not in sql] == []
