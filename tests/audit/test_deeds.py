"""Whatever somebody does, and does not merely edit, is kept with who did it, and never with a secret."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import ApiKey, Membership, User
from opsflows.audit.models import AuditEntry
from opsflows.audit.verify import verify_chain
from opsflows.events.models import RoutingFailure, Source
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, acts, page
from tests.admin.world import PASSWORD, SECRET, World, person
from tests.audit.conftest import Api


def deeds(world: World) -> list[tuple[str, str]]:
    """What was done since the world was made, with what, oldest first."""
    rows = AuditEntry.objects.filter(account=world.account).exclude(door="system").order_by("number")
    return list(rows.values_list("action", "object_name"))


def newest() -> AuditEntry:
    return AuditEntry.objects.order_by("-id")[0]


def test_a_workflow_is_published_paused_and_resumed(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals", live=False)
    admin.post(act(workflow, "publish"), {"revision": 1, "note": "First"})
    entry = newest()
    assert (entry.user_id, entry.door, entry.object_type) == (alpha.admin.pk, "admin", "workflows.workflow")
    assert (entry.object_id, entry.detail["version"], entry.detail["note"]) == (str(workflow.pk), 1, "First")
    admin.post(act(workflow, "pause"))
    admin.post(act(workflow, "resume"))
    names = ["workflow.published", "workflow.switched_off", "workflow.switched_on"]
    assert deeds(alpha) == [(name, "Deals") for name in names]


def test_what_changes_nothing_is_no_deed(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    for name in ("publish", "resume"):
        admin.post(act(workflow, name), {"revision": 1, "note": ""})
    assert deeds(alpha) == []


def test_a_run_is_cancelled_or_decided_about(admin: Client, alpha: World) -> None:
    cancelled, decided = (
        alpha.run(alpha.workflow(name), alpha.event(), status=status)
        for name, status in (("a", "waiting"), ("b", "needs_attention"))
    )
    admin.post(act(cancelled, "cancel"))
    admin.post(act(decided, "run-again"))
    assert deeds(alpha) == [("run.cancelled", str(cancelled)), ("run.resolved", str(decided))]
    assert newest().detail == {"verdict": "run_again", "step": "a1", "workflow": "b"}


def test_a_deed_that_is_refused_leaves_nothing(admin: Client, viewer: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), status="completed")
    admin.post(act(run, "cancel"))
    viewer.post(act(run, "cancel"))
    assert deeds(alpha) == []


def test_an_event_is_handed_over_again(admin: Client, alpha: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = RoutingFailure.objects.create(event=alpha.event(), consumer="c", error="no", failed_at=timezone.now())
    monkeypatch.setattr("opsflows.events.route.all_consumers", lambda: {"c": lambda events, now: None})
    admin.post(act(failure, "again"))
    admin.post(act(failure, "again"))
    assert deeds(alpha) == [("event.handed_over", "alpha.happened")]


def test_a_source_is_created_switched_and_given_secrets(admin: Client, alpha: World) -> None:
    form = {"name": "Stripe", "secret": SECRET, "max_body_bytes": 2048, "allowed_networks": ""}
    admin.post("/admin/events/source/add/?connector=stripe", form)
    source = Source.objects.get()
    old = source.secrets.get()
    admin.post(act(source, "add-secret"), {"secret": f"{SECRET}2", "label": "March"})
    admin.post(act(source, "retire-secret"), {"secret": str(old.pk)})
    admin.post(act(source, "switch-off"))
    admin.post(act(source, "switch-on"))
    names = ["created", "secret_added", "secret_retired", "switched_off", "switched_on"]
    assert deeds(alpha) == [(f"source.{name}", "Stripe") for name in names]


def test_a_key_is_made_and_revoked_once(admin: Client, alpha: World) -> None:
    answer = admin.post("/admin/accounts/apikey/add/", {"name": "Billing", "user": str(alpha.admin.pk)})
    key = ApiKey.objects.get()
    for _ in range(2):
        admin.post(act(key, "revoke"))
    assert deeds(alpha) == [("api_key.created", str(key)), ("api_key.revoked", str(key))]
    assert answer.context["text"] not in str(list(AuditEntry.objects.values()))


def test_people_come_change_and_go(admin: Client, alpha: World) -> None:
    data = {"username": "edna", "email": "edna@example.com", "password": PASSWORD, "role": "editor"}
    admin.post("/admin/accounts/membership/add/", data)
    edna = Membership.objects.get(user__username="edna")
    for _ in range(2):
        admin.post(act(edna, "role"), {"role": "operator"})
    assert newest().detail == {"person": "edna", "role": "operator", "instead_of": "editor"}
    admin.post(act(edna, "remove"))
    names = ["user.created", "role.granted", "role.granted", "role.removed"]
    assert [action for action, _ in deeds(alpha)] == names


def test_a_sign_in_is_switched_raised_and_given_a_password(root: Client, alpha: World, beta: World) -> None:
    edna = person(alpha.account, "edna", "viewer")
    Membership.objects.create(account=beta.account, user=edna, role="viewer")
    form = {"username": "edna", "email": "e@example.com", "is_staff": "on", "is_superuser": "on"}
    assert root.post(page(edna), form).status_code == 302
    root.post(f"/admin/accounts/user/{edna.pk}/password/", {"password1": PASSWORD * 2, "password2": PASSWORD * 2})
    assert User.objects.get(pk=edna.pk).check_password(PASSWORD * 2)
    done = [(f"user.{what}", "edna") for what in ("deactivated", "superuser_granted", "password_set")]
    assert deeds(alpha) == deeds(beta) == done


def test_a_command_is_told_from_the_house(db: None) -> None:
    call_command("setup", "--account", "acme", "--admin", f"ada:{PASSWORD}:ada@example.com")
    call_command("apikey", "create", "shop", "--account", "acme", "--user", "ada")
    call_command("source", "create", "In", "--account", "acme", "--connector", "hmac", "--secret", SECRET)
    actions = list(AuditEntry.objects.order_by("number").values_list("action", "door"))
    names = ["user.created", "role.granted", "api_key.created", "source.created"]
    assert actions == [(name, "command") for name in names]


def test_through_the_api_the_key_is_kept_too(api: Api, alpha: World) -> None:
    client, key = api("editor")
    rule = {"name": "Deals", "trigger": "deal.won", "active": True, "actions": [{"type": "create_task", "title": "Go"}]}
    assert client.post("/api/workflows", rule, content_type="application/json").status_code == 201
    entry = newest()
    assert (entry.action, entry.door, entry.user_id, entry.api_key_id) == (
        "workflow.published",
        "api",
        key.user_id,
        key.pk,
    )


def test_no_entry_holds_a_secret_and_every_chain_holds(root: Client, alpha: World, beta: World) -> None:
    for world in (alpha.add(1), beta.add(1)):
        for model in (Source, ApiKey, Workflow, Execution):
            for row in model._default_manager.filter(account=world.account):
                _do_everything(root, row)
    kept = str(list(AuditEntry.objects.values()))
    secrets: set[Any] = {SECRET, "another-secret", *ApiKey.objects.values_list("key_hash", flat=True)}
    assert [secret for secret in secrets if secret in kept] == []
    for world in (alpha, beta):
        verdict = verify_chain(world.account.pk)
        assert (verdict.problem, verdict.number) == ("", AuditEntry.objects.filter(account=world.account).count())


def _do_everything(client: Client, row: Any) -> None:
    data = {"secret": "another-secret", "label": "x", "revision": getattr(row, "revision", 1), "note": ""}
    for name in acts(type(row)):
        client.post(act(row, name), data)
