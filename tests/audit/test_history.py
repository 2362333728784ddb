"""Every state that staff give a row is kept: who, when, through which door, and why."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.core.management import call_command
from django.test import Client

from opsflows.accounts.models import ApiKey, Membership, PlatformAccount, User
from opsflows.audit.who import HOUSE, Who, because, current_reason, current_who
from opsflows.events.models import EventType, Source
from opsflows.records.models import Task
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, page
from tests.admin.world import PASSWORD, SECRET, World, person
from tests.audit.conftest import Api
from tests.house.project import ROOT, own_files
from tests.runs.conftest import account, actor, engine, live
from tests.runs.engine import Engine

__all__ = ["account", "actor", "engine", "live"]

TRACKED = sorted(
    (model for model in apps.get_models() if hasattr(model._meta, "simple_history_manager_attribute")),
    key=lambda model: model._meta.label,
)


def last(row: Any) -> Any:
    """The newest state that is kept of `row`."""
    return row.history.order_by("-history_id")[0]


def who(row: Any) -> Who:
    state = last(row)
    return Who(user_id=state.history_user_id, door=state.history_door, api_key_id=state.history_api_key_id)


def test_a_form_of_the_admin(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    admin.post(act(workflow, "rename"), {"revision": 1, "name": "Big deals", "description": ""})
    assert last(workflow).workflow_name == "Big deals"
    assert who(workflow) == Who(user_id=alpha.admin.pk, door="admin")


def test_a_form_without_a_verb(root: Client, alpha: World) -> None:
    url = page(alpha.account)
    assert root.post(url, {"name": "Renamed", "slug": "alpha", "timezone": "UTC", "is_active": "on"}).status_code == 302
    assert last(alpha.account).name == "Renamed"
    assert who(alpha.account) == Who(user_id=User.objects.get(username="root").pk, door="admin")


def test_a_program_with_a_key(api: Api, alpha: World) -> None:
    client, key = api("editor")
    rule = {"name": "Deals", "trigger": "deal.won", "actions": [{"type": "create_task", "title": "Go"}]}
    assert client.post("/api/workflows", rule, content_type="application/json").status_code == 201
    assert who(Workflow.objects.get()) == Who(user_id=key.user_id, door="api", api_key_id=key.pk)


def test_nobody_is_carried_over_to_the_next_request(admin: Client, alpha: World) -> None:
    admin.get("/admin/")
    assert current_who() == HOUSE


def test_a_command(db: None) -> None:
    call_command("setup", "--account", "acme", "--admin", f"ada:{PASSWORD}:ada@example.com")
    call_command("source", "create", "In", "--account", "acme", "--connector", "hmac", "--secret", SECRET)
    call_command("apikey", "create", "shop", "--account", "acme", "--user", "ada")
    rows = [PlatformAccount.objects.get(), Membership.objects.get(), Source.objects.get(), ApiKey.objects.get()]
    assert [who(row) for row in rows] == [Who(door="command")] * 4
    assert current_who() == HOUSE


@pytest.mark.django_db(transaction=True)
def test_a_step_says_which_run(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "create_task", "title": "Call"})
    engine.emit("deal.won")
    engine.settle()
    task = Task.objects.get()
    assert who(task) == Who(door="system")
    assert last(task).history_change_reason == f"run {engine.run().pk}"
    assert current_reason() == ""


def test_a_reason_ends_where_its_cause_ends(alpha: World) -> None:
    with because("x" * 500):
        alpha.account.save()
    assert last(alpha.account).history_change_reason == "x" * 100
    alpha.account.save()
    assert last(alpha.account).history_change_reason is None


def test_a_rotated_secret_is_told_without_it(admin: Client, alpha: World) -> None:
    source = alpha.add(1) and Source.objects.get()
    admin.post(act(source, "add-secret"), {"secret": "another-secret", "label": ""})
    state = last(source)
    assert (state.history_change_reason, state.revision) == ("A secret was added.", 2)
    assert "another-secret" not in str(vars(state))


def test_a_revoked_key_and_a_removed_person_leave_their_state(admin: Client, alpha: World) -> None:
    alpha.add(1)
    key = ApiKey.objects.get()
    admin.post(act(key, "revoke"))
    assert last(key).revoked_at == ApiKey.objects.get().revoked_at
    member = Membership.objects.get(user__username="alpha-1")
    admin.post(act(member, "remove"))
    assert Membership.history.filter(id=member.pk).latest().history_type == "-"


def test_using_a_key_and_signing_in_are_no_change(api: Api, client: Client, alpha: World) -> None:
    program, _ = api("viewer")
    before = (ApiKey.history.count(), User.history.count())
    program.get("/api/inbox")
    assert client.login(username="alpha-admin", password=PASSWORD)
    assert User.objects.get(pk=alpha.admin.pk).last_login is not None
    assert (ApiKey.history.count(), User.history.count()) == before


def test_a_person_is_tracked_like_everything_else(root: Client, alpha: World) -> None:
    edna = person(alpha.account, "edna", "viewer")
    root.post(page(edna), {"username": "edna", "email": "new@example.com", "is_staff": "on", "is_active": "on"})
    assert last(edna).email == "new@example.com"
    assert who(edna).door == "admin"


def test_history_keeps_no_secret() -> None:
    secret = {"token", "password", "key_hash", "value", "secret"}
    kept = {(model._meta.label, field.name) for model in TRACKED for field in model.history.model.tracked_fields}  # type: ignore[attr-defined]
    # What a workflow keeps between runs is staff's to see, like any field of a record.
    assert {(label, name) for label, name in kept if name in secret} == {("runs.StateValue", "value")}


#: Rows with acts of their own and no history, and why.
UNTRACKED = {
    "approvals.ApprovalRequest": "everything that happens to one is a fact of it, each with the hash of the one before",
    "events.RoutingFailure": "machine state; that it was handed over again is an audit entry",
    "runs.Execution": "machine state; what is done with a run is an audit entry",
    "runs.RunBatch": "machine state; that it was begun or stopped is an audit entry",
    "queue.Job": "machine state; that it was asked for or stopped is an audit entry",
    "ops_messages.Notification": "made by machines, and read or unread",
}


def test_what_staff_edit_is_tracked() -> None:
    """A model whose rows have a form or acts in the admin, and no history, would lose who changed them."""
    untracked = {
        model._meta.label
        for model, page in site._registry.items()
        if (page.may_change or page.may_add or getattr(page, "acts", ())) and model not in TRACKED
    }
    assert untracked - UNTRACKED.keys() == set(), "give it `history = tracked()`, or say above why it needs none"


#: Writes of machines: they would bury what people do. File and what is written.
MACHINE = {
    ("opsflows/approvals/people/absences.py", "Delegation"),
    ("opsflows/accounts/authenticate.py", "ApiKey"),
    ("opsflows/events/catalog.py", "EventType"),
    ("opsflows/events/load_catalog.py", "EventType"),
    ("opsflows/runs/states/keep.py", "StateValue"),
}


def past_history() -> Iterator[tuple[str, str]]:
    """Calls that write rows of tracked models without `save()`, as far as the text of a function shows them."""
    names = {model.__name__ for model in TRACKED}
    for path in own_files(".py"):
        if path.parts[0] != "opsflows" or "migrations" in path.parts:
            continue
        for function in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(function, ast.FunctionDef):
                yield from ((str(path), name) for name in _written(function, names))


def _written(function: ast.FunctionDef, names: set[str]) -> Iterator[str]:
    known = {name: name for name in names}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and (root := _root(node.value, known)) and "objects" in ast.unparse(node.value):
            known |= {target.id: root for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_bulk = node.func.attr in ("update", "bulk_create", "bulk_update", "_raw_delete")
            if is_bulk and (root := _root(node.func.value, known)):
                yield root


def _root(node: ast.AST, known: dict[str, str]) -> str | None:
    """The model at the beginning of `Model.objects.filter(…)…`."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return known.get(node.id) if isinstance(node, ast.Name) else None


def test_verbs_write_tracked_rows_so_that_history_sees_it() -> None:
    assert set(past_history()) - MACHINE == set()


def test_the_search_for_such_writes_finds_them(tmp_path: Path) -> None:
    text = "def f():\n    rows = Task.objects.filter(pk=1)\n    rows.filter(x=1).update(y=2)\n    {}.update(a=1)\n"
    [function] = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    assert list(_written(function, {"Task"})) == ["Task"]
    assert EventType in TRACKED
