"""The history of a row on its page: what changed in words, by whom, when, and never a secret."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site.changes import Change, changes
from opsflows.audit.who import Who, acting, because
from opsflows.events.change_source import change_source
from opsflows.events.models import Source
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.admin.addresses import MODELS, act, page
from tests.admin.conftest import signed_in
from tests.admin.world import BEARER, World, person


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def told(row: Any, client: Client) -> str:
    """The part of the row's page that tells its history."""
    return text(client, page(row)).partition('id="history"')[2]


def test_before_and_after_by_whom(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    admin.post(act(workflow, "rename"), {"revision": 1, "name": "Big deals", "description": "All above 1000"})
    html = told(workflow, admin)
    assert "by alpha-admin, through the admin" in html
    assert f'Name: <span class="ops-quiet">{escape("“Deals”")}</span> → “Big deals”' in html
    assert 'Description: <span class="ops-quiet">nothing</span> → “All above 1000”' in html
    assert "by OpsFlows itself" in html
    assert "Created" in html
    assert "evision" not in html


def test_everybody_who_may_look_at_the_row_sees_it(viewer: Client, alpha: World) -> None:
    assert "Created" in told(alpha.workflow("Deals"), viewer)


def test_times_are_in_the_readers_zone(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    workflow.history.update(history_date="2026-07-01T12:00:00Z")
    assert "Wed 1 Jul 2026, 14:00:00 CEST" in told(workflow, admin)


def test_what_it_points_at_is_named(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals", live=False)
    publish(actor=alpha.actor, workflow=workflow, now=timezone.now())
    html = told(workflow, admin)
    assert 'Published version: <span class="ops-quiet">nothing</span> → version 1' in html
    assert 'Active: <span class="ops-quiet">no</span> → yes' in html


def test_a_definition_is_told_by_its_places(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    rule = {
        "trigger": "alpha.happened",
        "actions": [
            {"type": "webhook", "url": "https://crm.example/y", "headers": {"Authorization": "Bearer other"}},
            {"type": "create_task", "title": "Call back"},
        ],
    }
    update_draft(actor=alpha.actor, workflow=workflow, revision=1, workflow_data=to_graph(rule))
    html = told(workflow, admin)
    assert "Step 2, Create a task: Title: “Call” → “Call back”" in html
    assert "Only if: removed: value is greater than 100,000" in html
    assert "position" not in html
    assert "https://crm.example/y" in html
    assert "Bearer other" not in html
    assert BEARER not in html


def test_a_reason_stands_beside_it(admin: Client, alpha: World) -> None:
    source = alpha.add(1) and Source.objects.get()
    admin.post(act(source, "add-secret"), {"secret": "another-secret", "label": ""})
    html = told(source, admin)
    assert "A secret was added." in html
    assert "another-secret" not in html
    assert source.token not in html


def test_a_run_that_wrote_it_is_linked(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w")
    run = alpha.run(workflow, alpha.event())
    with because(f"run {run.pk}"):
        workflow.save()
    assert page(run) in told(workflow, admin)


def test_a_form_of_djangos_has_it_too(root: Client, alpha: World) -> None:
    alpha.account.name = "Renamed"
    alpha.account.save()
    assert "→ “Renamed”" in told(alpha.account, root)


def test_what_was_there_before_the_history_is_said_to_be(admin: Client, alpha: World) -> None:
    source = alpha.add(1) and Source.objects.get()
    source.history.all().delete()
    assert "Nothing was kept yet" in told(source, admin)
    change_source(actor=alpha.actor, source=source, name="Renamed", now=timezone.now())
    assert "What it was before was not kept." in told(source, admin)


def test_all_of_it_page_by_page(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w", live=False)
    for number in range(60):
        workflow.description = f"edition {number}"
        workflow.save()
    first = page(workflow).replace("change/", "history/")
    assert first in told(workflow, admin)
    newest = admin.get(first)
    assert [state.changes[0].after for state, _ in newest.context["states"]] == [
        f"“edition {number}”" for number in range(59, 9, -1)
    ]
    oldest = admin.get(first + newest.context["older"])
    assert [state.done for state, _ in oldest.context["states"]] == ["Changed"] * 10 + ["Created"]
    assert oldest.context["older"] == ""
    assert "“edition 9”" in oldest.content.decode()
    assert admin.get(f"{first}?older=nonsense").status_code == 200


def test_the_history_of_another_account_is_not_there(alpha: World, beta: World) -> None:
    beta.add(1)
    alice = signed_in(alpha.admin)
    for model in MODELS:
        for row in model._default_manager.filter(**_of(model, beta)):
            assert alice.get(page(row).replace("change/", "history/")).status_code == 302, row
    eve = signed_in(person(alpha.account, "eve", "viewer"))
    key = alpha.add(1) and beta.admin.api_keys.first()
    assert eve.get(page(key).replace("change/", "history/")).status_code == 403


def _of(model: Any, world: World) -> dict[str, Any]:
    names = {field.name for field in model._meta.fields}
    return {"account": world.account} if "account" in names else {"pk__in": []}


@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("options", {"header": "X"}, {"header": "Y"}, [Change("Options: header", "“X”", "“Y”")]),
        ("options", {}, {"a": {"b": 1, "token": "s1"}}, [Change("Options: a", "nothing", "b: 1; token: ••••")]),
        ("options", {"token": "s1"}, {"token": "s2"}, [Change("Options: token", "not shown", "not shown")]),
        (
            "options",
            {"l": [{"id": 1}]},
            {"l": [{"id": 2}, {"id": 1}]},
            [Change("Options: l › 2", "nothing", "id: 2")],
        ),
        ("allowed_networks", [], ["10.0.0.7"], [Change("Allowed networks", "nothing", "“10.0.0.7”")]),
        ("is_active", True, False, [Change("Is active", "yes", "no")]),
        ("max_body_bytes", 1024, 2048, [Change("Max body bytes", "1024", "2048")]),
        ("revision", 1, 2, []),
        ("name", "A", "B" * 500, [Change("Name", "“A”", f"“{'B' * 160}…”")]),
    ],
)
def test_changes_in_words(field: str, before: Any, after: Any, said: list[Change]) -> None:
    old, new = Source(**{field: before}), Source(**{field: after})
    assert changes(old, new, [Source._meta.get_field(field)]) == said


def test_a_document_that_is_another_is_told_briefly() -> None:
    many = {f"key{number}": number for number in range(100)}
    found = changes(Source(options={}), Source(options=many), [Source._meta.get_field("options")])
    assert len(found) == 9
    assert found[-1] == Change("Options", "", "and more, not told here")


def test_what_is_gone_is_said_to_be(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w", live=False)
    edna = person(alpha.account, "edna", "editor")
    with acting(Who(user_id=edna.pk, door="admin")):
        workflow.created_by = edna
        workflow.save()
        workflow.created_by = None
        workflow.save()
    edna.delete()
    html = told(workflow, admin)
    assert "by somebody who is no longer known" in html
    assert "which is gone" in html
    assert Workflow.objects.count() == PlatformAccount.objects.count() == 1
