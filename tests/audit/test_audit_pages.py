"""The audit trail in the admin: for those who may read it, newest first, found by action, person, time and row."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import ApiKey, Membership
from opsflows.admin_site.filters import first_id
from opsflows.audit.models import AuditEntry
from opsflows.audit.record import record
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, page
from tests.admin.conftest import signed_in
from tests.admin.test_queries import assert_fixed, queries
from tests.admin.world import World, person
from tests.audit.conftest import Api

AUDIT = "/admin/audit/auditentry/"


def shown(client: Client, query: str = "") -> list[AuditEntry]:
    return client.get(f"{AUDIT}?{query}").context["cl"].result_list


def entries(world: World, count: int, action: str = "workflow.published") -> list[AuditEntry]:
    actor = Actor(account_id=world.account.pk, user_id=world.admin.pk, role="admin", door="admin")
    return [record(actor=actor, action=action, row=world.account, now=timezone.now()) for _ in range(count)]


@pytest.mark.parametrize(("role", "may"), [("viewer", 403), ("editor", 403), ("approver", 403), ("operator", 200)])
def test_who_may_read_it(alpha: World, role: str, may: int) -> None:
    [entry] = entries(alpha, 1)
    client = signed_in(person(alpha.account, "pat", role))
    assert [client.get(AUDIT).status_code, client.get(page(entry)).status_code] == [may, may]
    assert ("What was done" in client.get(page(alpha.workflow("w"))).content.decode()) == (may == 200)


def test_a_line_says_who_did_what_with_what(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals", live=False)
    admin.post(act(workflow, "publish"), {"revision": 1, "note": "First"})
    html = admin.get(AUDIT).content.decode()
    for words in ("Workflow published", "alpha-admin", page(workflow), "Deals", "note: First"):
        assert words in html, words
    entry = admin.get(page(AuditEntry.objects.get(action="workflow.published"))).content.decode()
    for words in ("the admin", "First", "number", f"?object=workflows.workflow:{workflow.pk}"):
        assert words in entry, words


def test_a_program_is_told_by_its_key(api: Api, admin: Client, alpha: World) -> None:
    _, key = api("editor")
    workflow = alpha.workflow("Deals", live=False)
    actor = Actor(account_id=alpha.account.pk, user_id=key.user_id, role="editor", door="api", api_key_id=key.pk)
    entry = record(actor=actor, action="workflow.published", row=workflow, now=timezone.now())
    assert "editor-of-a-program, with the API key “Billing”" in admin.get(page(entry)).content.decode()
    ApiKey.objects.all().delete()
    assert "with an API key that is gone" in admin.get(page(entry)).content.decode()


def test_it_is_never_changed(root: Client, alpha: World) -> None:
    [entry] = entries(alpha, 1)
    assert root.post(page(entry), {"action": "x"}).status_code == 405
    assert root.post(f"{page(entry).removesuffix('change/')}delete/", {"post": "yes"}).status_code == 403
    assert root.get(f"{AUDIT}add/").status_code == 403


def test_by_action_person_time_and_row(admin: Client, alpha: World) -> None:
    published, paused = entries(alpha, 1)[0], entries(alpha, 1, "workflow.switched_off")[0]
    other = Actor(account_id=alpha.account.pk, user_id=person(alpha.account, "edna", "admin").pk, role="", door="admin")
    workflow = alpha.workflow("w", live=False)
    ednas = record(actor=other, action="workflow.published", row=workflow, now=timezone.now())
    assert shown(admin, "action=workflow.switched_off") == [paused]
    assert shown(admin, f"action=workflow.published&person={alpha.admin.pk}") == [published]
    assert shown(admin, f"person={other.user_id}") == [ednas]
    assert shown(admin, f"object=workflows.workflow:{workflow.pk}") == [ednas]
    assert shown(admin, f"q={workflow.pk}") == [ednas]
    long_ago = first_id(timezone.now() - timedelta(days=2))
    AuditEntry.objects.filter(pk=paused.pk).update(id=long_ago)
    assert long_ago not in [entry.pk for entry in shown(admin, "when=day")]
    assert long_ago in [entry.pk for entry in shown(admin, "when=week")]


def test_the_filters_offer_what_there_is_of_the_account_alone(admin: Client, alpha: World, beta: World) -> None:
    entries(beta, 1, "secret.action")
    entries(alpha, 3), entries(alpha, 1, "run.cancelled")
    filters = {spec.parameter_name: spec.lookup_choices for spec in admin.get(AUDIT).context["cl"].filter_specs}
    created = [("role.granted", "Role granted"), ("run.cancelled", "Run cancelled"), ("user.created", "User created")]
    assert filters["action"] == [*created, ("workflow.published", "Workflow published")]
    assert filters["person"] == [(str(alpha.admin.pk), "alpha-admin")]
    assert len(shown(admin, f"person={beta.admin.pk}")) == AuditEntry.objects.filter(account=alpha.account).count()


def test_somebody_who_has_left_can_still_be_asked_for(admin: Client, alpha: World) -> None:
    edna = person(alpha.account, "edna", "admin")
    actor = Actor(account_id=alpha.account.pk, user_id=edna.pk, role="admin", door="admin")
    entry = record(actor=actor, action="run.cancelled", now=timezone.now())
    Membership.objects.get(user=edna).delete()
    assert shown(admin, f"person={edna.pk}") == [entry]


PLANS = [
    ("", "audit_newest"),
    ("action=workflow.published", "audit_by_action"),
    ("person={admin}", "audit_by_person"),
    ("object=accounts.platformaccount:1", "audit_of_object"),
    ("q=0190a5f4-6f6e-7cc3-98c4-dc0c0c07398f", "audit_of_object"),
]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
@pytest.mark.parametrize(("query", "index"), PLANS)
def test_it_is_read_through_an_index(admin: Client, alpha: World, query: str, index: str) -> None:
    entries(alpha, 2)
    asked = queries(admin, f"{AUDIT}?{query.format(admin=alpha.admin.pk)}")
    reads = 'FROM "audit_entries"'
    [sql] = [each for each in asked if reads in each and ("LIMIT 1000" if "q=" in query else "LIMIT 51") in each]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert re.search(rf"USING (COVERING )?INDEX {index}\b", plan), plan


def test_a_long_trail_costs_what_a_short_one_costs(admin: Client, alpha: World) -> None:
    entries(alpha, 2)
    assert_fixed(admin, AUDIT, lambda: entries(alpha, 60))


def test_a_workflow_on_which_much_was_done(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w")
    actor = Actor(account_id=alpha.account.pk, user_id=alpha.admin.pk, role="admin", door="admin")

    def work(count: int) -> None:
        for number in range(count):
            workflow.description = f"{number}"
            workflow.save()
            record(actor=actor, action="workflow.published", row=workflow, now=timezone.now())

    work(2)
    assert_fixed(admin, page(workflow), lambda: work(30))
    html = admin.get(page(workflow)).content.decode()
    assert html.count("<strong>Changed</strong>") == 10
    assert "All that was done" in html
    assert Workflow.history.count() > 30
