"""The page of a workflow's settings: saved into the draft, problems beside the fields, nobody's change overwritten."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opsflows.accounts.models import ManagedSite, PlatformAccount
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World
from tests.studio.settings.sent import untouched

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(alpha: World) -> Workflow:
    return alpha.workflow("reminder")


def url(workflow: Workflow) -> str:
    return reverse("studio:settings", args=[workflow.pk])


def sent(client: Client, workflow: Workflow, **fields: Any) -> dict[str, Any]:
    """The page's own fields, with `fields` filled in."""
    page = client.get(url(workflow)).content.decode()
    return {**untouched(page[page.index('id="studio-sheet"') :]), **fields}


def now(workflow: Workflow) -> Workflow:
    return Workflow.objects.get(pk=workflow.pk)


def test_it_is_saved_into_the_draft_alone(admin: Client, workflow: Workflow) -> None:
    answer = admin.post(url(workflow), sent(admin, workflow, name="Cart reminder", per_hour="100", throttle="drop"))
    assert (answer.status_code, answer["Location"]) == (302, url(workflow))
    after = now(workflow)
    assert (after.workflow_name, after.revision) == ("Cart reminder", workflow.revision + 1)
    assert after.settings == {**workflow.settings, "maxExecutionsPerHour": 100, "throttleAction": "drop"}
    assert after.published_version is not None
    assert after.published_version.settings == workflow.settings
    assert "go live with the next publication" in admin.get(url(workflow)).content.decode()


def test_what_nobody_touched_saves_nothing(admin: Client, workflow: Workflow) -> None:
    Workflow.objects.update(description="Two\nlines", settings={"timeout": 60, "exits": [{"event": "a.b"}], "new": {}})
    assert admin.post(url(workflow), sent(admin, workflow)).status_code == 302
    after = now(workflow)
    assert (after.revision, after.description) == (workflow.revision, "Two\nlines")
    assert after.settings == {"timeout": 60, "exits": [{"event": "a.b"}], "new": {}}


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"timeout": "soon"}, "id_timeout", "2 days"),
        ({"notify": "ops"}, "id_notify", "is not an email address"),
        ({"name": ""}, "id_name", "This field is required"),
        ({"at_once": "0"}, "id_at_once", "greater than or equal to 1"),
        ({"turns": "{{#if x}}"}, "id_turns", "{{/if}}"),
        ({"exits": ["", "n0"], "exit-n0-event": "a.b", "exit-n0-field": "id"}, "id_exit-n0-value", "Say which value"),
        ({"exits": ["", "n0"], "exit-n0-field": "id", "exit-n0-value": "1"}, "id_exit-n0-event", "Name the event"),
    ],
)
def test_problems_stand_beside_their_fields(
    admin: Client, workflow: Workflow, fields: dict[str, Any], place: str, message: str
) -> None:
    answer = admin.post(url(workflow), sent(admin, workflow, priority="high", **fields))
    body = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 400
    assert f'href="#{place}"' in body
    assert body.count(message) == 2
    assert '<option value="high" selected>' in body
    assert now(workflow).revision == workflow.revision


def test_the_second_to_save_is_told_and_overwrites_nothing(admin: Client, alpha: World, workflow: Workflow) -> None:
    mine = sent(admin, workflow, priority="high")
    first = admin.post(url(workflow), sent(admin, workflow, priority="low"))
    assert first.status_code == 302
    answer = admin.post(url(workflow), mine)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing of this was saved" in body
    assert alpha.admin.username in body
    assert "riority" in body[body.index("studio-meanwhile") : body.index("Open it as it is now")]
    assert now(workflow).settings["priority"] == "low"
    assert admin.post(url(workflow), {**mine, "revision": "x"}).status_code == 409


def test_rows_of_exits_come_and_go_without_saving(admin: Client, workflow: Workflow) -> None:
    data = sent(admin, workflow, timeout="not yet right")
    shown = admin.post(url(workflow), {**data, "_do": "exit-add"})
    body = shown.content.decode()
    assert (shown.status_code, "Exit 1" in body, "not yet right" in body) == (200, True, True)
    assert "put right" not in body
    filled = {**untouched(body[body.index('id="studio-sheet"') :]), "timeout": "", "exit-n0-event": "order.completed"}
    [add] = re.findall(r'value="(add:exit-n0-[\w.-]+)"', body)
    part = admin.post(url(workflow), {**filled, "_do": add}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="studio-sheet"')
    done = admin.post(url(workflow), filled, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == url(workflow)
    assert now(workflow).settings["exits"] == [{"event": "order.completed"}]


def test_those_who_may_not_write_look(viewer: Client, workflow: Workflow) -> None:
    body = viewer.get(url(workflow)).content.decode()
    assert '<fieldset class="studio-all" disabled>' in body
    assert "role of an editor" in body
    assert viewer.post(url(workflow), sent(viewer, workflow, priority="high")).status_code == 403


def test_another_accounts_workflow_and_site_are_not_there(admin: Client, beta: World, workflow: Workflow) -> None:
    assert admin.get(url(beta.workflow("theirs"))).status_code == 302
    own = ManagedSite.objects.create(account_id=workflow.account_id, name="Shop")
    theirs = ManagedSite.objects.create(account=beta.account, name="Theirs")
    assert admin.post(url(workflow), sent(admin, workflow, site=str(theirs.pk))).status_code == 400
    assert admin.post(url(workflow), sent(admin, workflow, site=str(own.pk))).status_code == 302
    assert now(workflow).managed_site_id == own.pk
    assert admin.post(url(workflow), sent(admin, workflow, site="")).status_code == 302
    assert now(workflow).managed_site_id is None


def test_where_the_account_asks_for_four_eyes_there_is_nothing_to_switch(admin: Client, workflow: Workflow) -> None:
    PlatformAccount.objects.update(requires_four_eyes=True)
    page = admin.get(url(workflow)).content.decode()
    assert "The whole account asks for it." in page
    assert admin.post(url(workflow), sent(admin, workflow)).status_code == 302
    assert now(workflow).settings == workflow.settings


def test_it_asks_the_database_as_often_for_many_workflows(admin: Client, alpha: World, workflow: Workflow) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(settings={"exits": [{"event": "order.e"}]})
    admin.get(url(workflow))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(url(workflow)).status_code == 200
        return len(queries)

    before = count()
    for number in range(5):
        alpha.workflow(f"other {number}")
        ManagedSite.objects.create(account=alpha.account, name=f"Site {number}")
    settings = {"exits": [{"event": f"order.e{number}"} for number in range(5)]}
    revision = workflow.revision
    Workflow.objects.filter(pk=workflow.pk).update(settings=settings, revision=revision)
    assert count() == before


def test_somebody_elses_change_is_named_in_words(admin: Client, alpha: World, workflow: Workflow) -> None:
    mine = sent(admin, workflow, description="Mine")
    update_draft(
        actor=alpha.actor, workflow=workflow, revision=workflow.revision, name="Renamed", settings={"timeout": "2 days"}
    )
    body = admin.post(url(workflow), mine).content.decode()
    assert "“reminder” → “Renamed”" in body
    assert "Mine" in body
