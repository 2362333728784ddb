"""The editor's pages through the front door: what each shows, does, and refuses."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opsflows.studio.drafts.outline import outline
from opsflows.workflows.models import Workflow
from tests.admin.conftest import signed_in
from tests.admin.world import World, person
from tests.studio.editor.pages import address, draft, facts, post, posted_fields

pytestmark = pytest.mark.django_db


def test_new_goes_straight_into_the_editor(admin: Client, alpha: World) -> None:
    assert admin.get(reverse("studio:new")).status_code == 200
    answer = admin.post(reverse("studio:new"), {"name": "Alert", "category": "sales", "event": ""})
    made = Workflow.objects.get(workflow_name="Alert")
    assert (made.account_id, made.category) == (alpha.account.pk, "sales")
    assert answer["Location"] == address("trigger", made)
    assert admin.get(answer["Location"]).status_code == 200


def test_new_needs_a_name(admin: Client, alpha: World) -> None:
    answer = admin.post(reverse("studio:new"), {"name": " ", "category": "sales", "event": ""})
    assert answer.status_code == 400
    assert not Workflow.objects.exists()


def test_an_event_is_chosen(admin: Client, alpha: World) -> None:
    workflow = draft(alpha)
    page = admin.get(address("trigger", workflow), {"kind": "event", "event": "deal.won"}).content.decode()
    assert "Use this event" in page
    post(admin, workflow, address("trigger", workflow), {"kind": "event", "event": "deal.won"})
    assert workflow.trigger_config == {"kind": "event", "event": "deal.won"}


def test_a_name_is_typed_and_a_wrong_one_is_told(admin: Client, alpha: World) -> None:
    workflow = draft(alpha)
    wrong = post(admin, workflow, address("trigger", workflow), {"kind": "event", "typed": "no spaces please"})
    assert wrong.status_code == 400
    post(admin, workflow, address("trigger", workflow), {"kind": "event", "typed": "something.of.ours"})
    assert workflow.trigger_config["event"] == "something.of.ours"


def test_a_schedule_and_by_hand(admin: Client, alpha: World) -> None:
    workflow = draft(alpha)
    url = address("trigger", workflow)
    page = admin.get(url, {"kind": "schedule"}).content.decode()
    fields = {**posted_fields(page), "kind": "schedule", "when": "daily", "at": "07:30"}
    post(admin, workflow, url, fields)
    assert workflow.trigger_config["cron"] == "30 7 * * *"
    post(admin, workflow, url, {"kind": "manual"})
    assert workflow.trigger_config == {"kind": "manual"}


def test_a_step_is_added_changed_moved_copied_switched_and_deleted(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    add = f"{address('add', workflow)}?after=trigger&handle=done"
    assert "Send an email" in admin.get(add).content.decode()
    page = admin.get(f"{add}&kind=notify").content.decode()
    fields = posted_fields(page)
    title = next(name for name in fields if name.endswith("-title"))
    post(admin, workflow, address("add", workflow), {**fields, title: "Look here"})
    assert [facts(workflow, each.node_id)["kind"] for each in outline(workflow.workflow_data).steps] == [
        "notify",
        "slack",
        "create_task",
    ]
    assert facts(workflow, "a3")["config"]["title"] == "Look here"

    page = admin.get(address("step", workflow, node_id="a3")).content.decode()
    post(admin, workflow, address("step", workflow, node_id="a3"), {**posted_fields(page), title: "And here"})
    assert facts(workflow, "a3")["config"]["title"] == "And here"

    post(admin, workflow, address("move", workflow, node_id="a3", direction="down"))
    post(admin, workflow, address("copy", workflow, node_id="a3"))
    post(admin, workflow, address("switch", workflow, node_id="a3"))
    assert facts(workflow, "a3")["disabled"] is True
    assert [each.node_id for each in outline(workflow.workflow_data).steps] == ["a1", "a3", "a4", "a2"]
    assert "Delete step 1" in admin.get(address("delete", workflow, node_id="a1")).content.decode()
    post(admin, workflow, address("delete", workflow, node_id="a1"))
    assert [each.node_id for each in outline(workflow.workflow_data).steps] == ["a3", "a4", "a2"]


def test_what_was_saved_last_is_undone(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    before = workflow.workflow_data
    post(admin, workflow, address("delete", workflow, node_id="a1"))
    page = admin.get(address("edit", workflow)).content.decode()
    found = re.search(r'name="to" value="(\d+)"', page)
    assert found is not None
    post(admin, workflow, address("undo", workflow), {"to": found[1]})
    assert workflow.workflow_data == before


def test_undo_does_not_take_back_what_was_saved_since(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    former = workflow.revision
    post(admin, workflow, address("delete", workflow, node_id="a1"))
    post(admin, workflow, address("copy", workflow, node_id="a2"))
    since = workflow.workflow_data
    assert post(admin, workflow, address("undo", workflow), {"to": former}).status_code == 400
    assert workflow.workflow_data == since


def test_another_kind_keeps_what_fits(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    url = address("step", workflow, node_id="a1")
    assert "Change it into" in admin.get(url, {"kinds": "1"}).content.decode()
    page = admin.get(url, {"kind": "teams"}).content.decode()
    post(admin, workflow, url, posted_fields(page))
    assert facts(workflow, "a1")["kind"] == "teams"
    assert facts(workflow, "a1")["config"]["message"] == "Hello"


def test_a_branch_is_built_and_a_step_moved_into_it(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    add = f"{address('add', workflow)}?after=a1&handle=done&kind=condition&joined=1"
    post(admin, workflow, address("add", workflow), posted_fields(admin.get(add).content.decode()))
    shape = outline(workflow.workflow_data)
    assert [each.words for each in shape.entries if each.sort == "way"] == ["If yes", "If no"]
    post(admin, workflow, address("move-to", workflow, node_id="a1"), {"place": "a3|false"})
    lines = [(each.sort, each.depth, each.node_id) for each in outline(workflow.workflow_data).entries]
    assert ("step", 1, "a1") in lines
    assert "If no" in admin.get(address("edit", workflow)).content.decode()
    asked = admin.get(address("delete", workflow, node_id="a3")).content.decode()
    assert "It branches" in asked


def test_the_second_of_two_people_is_told(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    page = admin.get(address("step", workflow, node_id="a1")).content.decode()
    fields = posted_fields(page)
    message = next(name for name in fields if name.endswith("-message"))
    other = signed_in(person(alpha.account, "olga", "admin"))
    post(other, workflow, address("delete", workflow, node_id="a2"))

    answer = admin.post(address("step", workflow, node_id="a1"), {**fields, message: "Mine"})
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "olga" in said
    assert "Create a task" in said
    assert "Mine" in said
    workflow.refresh_from_db()
    assert facts(workflow, "a1")["config"]["message"] == "Hello"

    admin.post(address("step", workflow, node_id="a1"), posted_fields(said))
    workflow.refresh_from_db()
    assert facts(workflow, "a1")["config"]["message"] == "Mine"
    assert len(outline(workflow.workflow_data).steps) == 1


def test_pressing_twice_does_it_once(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    sent = {"revision": workflow.revision}
    url = address("copy", workflow, node_id="a1")
    assert admin.post(url, sent).status_code == 302
    assert admin.post(url, sent).status_code == 409
    workflow.refresh_from_db()
    assert len(outline(workflow.workflow_data).steps) == 2


def test_what_was_typed_survives_the_deletion_of_its_step(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    fields = posted_fields(admin.get(address("step", workflow, node_id="a1")).content.decode())
    post(admin, workflow, address("delete", workflow, node_id="a1"))
    message = next(name for name in fields if name.endswith("-message"))
    answer = admin.post(address("step", workflow, node_id="a1"), {**fields, message: "Typed long"})
    assert answer.status_code == 409
    assert "Typed long" in answer.content.decode()


def test_viewers_read_and_change_nothing(viewer: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    page = viewer.get(address("edit", workflow)).content.decode()
    assert "Send a Slack message" in page
    assert "formaction" not in page
    assert viewer.post(address("copy", workflow, node_id="a1"), {"revision": workflow.revision}).status_code == 403
    for name, more in (("trigger", {}), ("conditions", {}), ("add", {}), ("step", {"node_id": "a1"})):
        assert viewer.get(address(name, workflow, **more)).status_code == 403
    assert viewer.get(reverse("studio:new")).status_code == 403


@pytest.mark.parametrize("name", ["edit", "trigger", "conditions", "add"])
def test_another_accounts_workflow_is_not_there(admin: Client, beta: World, name: str) -> None:
    answer = admin.get(address(name, draft(beta, "slack")))
    assert answer.status_code == 302
    assert "studio" not in answer["Location"]


def test_garbage_leads_nowhere(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    for node_id in ("zz", "trigger", "a1;--", str(uuid.uuid4())):
        assert admin.get(address("step", workflow, node_id=node_id)).status_code == 404
        assert admin.get(address("delete", workflow, node_id=node_id)).status_code == 404
        assert admin.get(address("move-to", workflow, node_id=node_id)).status_code == 404
    add = address("add", workflow)
    for query in ("", "?after=zz&handle=done", "?after=a1&handle=nowhere", "?after=trigger&handle=done&kind=nope"):
        assert admin.get(f"{add}{query}").status_code == 404
    assert admin.post(address("undo", workflow), {"to": "9" * 30, "revision": "x"}).status_code in (400, 409)
    assert admin.get(address("copy", workflow, node_id="a1")).status_code == 405


def test_a_token_is_asked_for(alpha: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alpha.admin)
    workflow = draft(alpha, "slack")
    assert client.post(address("copy", workflow, node_id="a1"), {"revision": 1}).status_code == 403


def test_htmx_gets_the_editor_alone(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    part = admin.get(address("step", workflow, node_id="a1"), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="studio-editor"')
    assert part["HX-Retarget"] == "#studio-editor"


def test_as_many_queries_for_forty_steps_as_for_one(admin: Client, alpha: World) -> None:
    few, many = draft(alpha, "slack"), draft(alpha, *["slack", "create_task", "condition", "set"] * 10)
    admin.get(address("edit", few))
    counts, sizes = [], []
    for workflow in (few, many):
        for url in (address("edit", workflow), address("step", workflow, node_id="a1")):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                answer = admin.get(url)
            assert answer.status_code == 200
            counts.append(len(caught))
            sizes.append(len(answer.content))
    assert counts[:2] == counts[2:]
    # Menus and the picture come when they are asked for: all else of a step, with the place behind it.
    assert (sizes[2] - sizes[0]) / 39 < 2600
