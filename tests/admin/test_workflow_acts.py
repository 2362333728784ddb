"""Starting, copying, restoring, deleting and approving workflows in the admin."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.events.models import EventPayload, EventType
from opsflows.runs.models import Execution
from opsflows.runs.start_run import start_run
from opsflows.schedules.create_schedule import create_schedule
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.admin.addresses import act, listing, page
from tests.admin.conftest import signed_in
from tests.admin.test_acts import say
from tests.admin.world import World, person

TASK = {"type": "create_task", "title": "Call {{customer.name}} about {{offer}}, {{today}}"}


@pytest.fixture
def workflow(alpha: World) -> Workflow:
    return alpha.workflow("Big deals", actions=[TASK])


def asked(client: Client, row: Workflow, name: str) -> dict[str, str]:
    """The hidden fields of an act's form, as a browser sends them back."""
    html = client.get(act(row, name)).content.decode()
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {key: value for key, value in found if key != "csrfmiddlewaretoken"}


def test_the_form_asks_for_what_the_workflow_reads(admin: Client, workflow: Workflow) -> None:
    EventType.objects.filter(event_name="alpha.happened").delete()
    schema = {"properties": {"offer": {"type": "string", "examples": ["Data Platform"]}}}
    EventType.objects.create(event_name="alpha.happened", payload_schema=schema)
    html = admin.get(act(workflow, "run-now")).content.decode()
    labels = re.findall(r"(value|customer\.name|offer|today)\s*</label>|Such as (Data Platform)", html)
    assert [first or second for first, second in labels] == ["value", "customer.name", "offer", "Data Platform"]
    assert re.search(r'<input type="number" name="field-0"', html)


def test_run_now(admin: Client, workflow: Workflow, alpha: World) -> None:
    hidden = asked(admin, workflow, "run-now")
    filled = {"field-0": "150000.50", "field-1": "Ada", "field-2": ""}
    assert "see what becomes of it" in say(admin, act(workflow, "run-now"), **hidden, **filled)
    say(admin, act(workflow, "run-now"), **hidden, **filled)
    run = Execution.objects.get()
    assert json.dumps(run.trigger_data, default=float) == '{"value": 150000.5, "customer": {"name": "Ada"}}'
    assert (run.origin, run.origin_id) == ("person", alpha.admin.pk)
    assert "by hand" in admin.get(page(run)).content.decode()


def test_run_now_with_the_data_of_a_real_event(admin: Client, workflow: Workflow, alpha: World) -> None:
    event = alpha.event()
    EventPayload.objects.filter(event=event).update(data={"customer": {"name": "Ada", "id": 7}, "value": 1})
    say(admin, act(workflow, "run-now"), **asked(admin, workflow, "run-now"), like=str(event.pk), **{"field-0": "2"})
    assert Execution.objects.get().trigger_data == {"customer": {"name": "Ada", "id": 7}, "value": 2}


def test_a_wrong_number_is_said_beside_its_field(admin: Client, workflow: Workflow) -> None:
    hidden = asked(admin, workflow, "run-now")
    assert "Enter a number" in say(admin, act(workflow, "run-now"), **hidden, **{"field-0": "many"})
    assert not Execution.objects.exists()


def test_a_viewer_starts_nothing(viewer: Client, workflow: Workflow) -> None:
    assert viewer.post(act(workflow, "run-now"), {"key": "x"}).status_code == 403
    assert "Run now" not in viewer.get(page(workflow)).content.decode()


def test_a_run_shows_the_runs_that_it_started(admin: Client, workflow: Workflow, alpha: World) -> None:
    first = start_run(workflow=workflow, data={}, origin=Execution.Origin.API, origin_id=None, now=timezone.now())
    other = alpha.workflow("Follow up")
    second = start_run(
        workflow=other, data={}, origin=Execution.Origin.WORKFLOW, origin_id=first.pk, now=timezone.now()
    )
    html = admin.get(page(first)).content.decode()
    assert "Runs it started" in html
    assert page(second) in html
    assert page(first) in admin.get(page(second)).content.decode()


def test_duplicate(admin: Client, workflow: Workflow) -> None:
    assert "is there, as a draft" in say(admin, act(workflow, "duplicate"), name="Mine")
    copy = Workflow.objects.get(workflow_name="Mine")
    assert (copy.workflow_data, copy.published_version) == (workflow.workflow_data, None)


def test_restore(admin: Client, workflow: Workflow, alpha: World) -> None:
    old = workflow.workflow_data
    changed = update_draft(
        actor=alpha.actor, workflow=workflow, revision=1, workflow_data=to_graph({"trigger": "deal.won", "actions": []})
    )
    stale = say(admin, act(workflow, "restore"), revision="1", version="1")
    assert "Somebody saved the draft meanwhile" in stale
    answer = say(admin, act(workflow, "restore"), revision=str(changed.revision), version="1")
    assert "The draft says what version 1 says" in answer
    workflow.refresh_from_db()
    assert (workflow.workflow_data, workflow.revision) == (old, 3)
    assert AuditEntry.objects.filter(action="workflow.version_restored").count() == 1


def test_delete_asks_for_the_name_and_names_what_depends_on_it(admin: Client, workflow: Workflow, alpha: World) -> None:
    alpha.run(workflow, None)
    alpha.workflow("Chain", actions=[{"type": "trigger_workflow", "workflowId": str(workflow.pk)}])
    create_schedule(actor=alpha.actor, name="Mondays", cron="0 9 * * 1", workflow_id=workflow.pk, now=timezone.now())
    question = admin.get(act(workflow, "delete")).content.decode()
    assert "1 of its runs are under way" in question
    assert "“Mondays”" in question
    assert "“Chain”" in question
    assert "This is not its name" in say(admin, act(workflow, "delete"), name="Small deals")
    assert Workflow.objects.filter(pk=workflow.pk).exists()
    assert "is deleted" in say(admin, act(workflow, "delete"), name="Big deals")
    assert not Workflow.objects.filter(pk=workflow.pk).exists()
    assert "Big deals" not in admin.get(listing(Workflow)).content.decode()
    run = admin.get(page(Execution.objects.get())).content.decode()
    assert "Big deals (deleted)" in run
    assert page(workflow) not in run


def test_a_deleted_workflow_has_no_page(admin: Client, workflow: Workflow, alpha: World) -> None:
    delete_workflow(actor=alpha.actor, workflow_id=workflow.pk, now=timezone.now())
    assert admin.get(page(workflow)).status_code == 302
    assert admin.post(act(workflow, "pause")).status_code == 302


@pytest.fixture
def careful(alpha: World) -> World:
    PlatformAccount.objects.filter(pk=alpha.account.pk).update(requires_four_eyes=True)
    return alpha


def test_four_eyes(admin: Client, careful: World) -> None:
    workflow = careful.workflow("Big deals", live=False)
    hidden = {"revision": "1", "note": "For spring"}
    assert "Not live yet" in say(admin, act(workflow, "publish"), **hidden)
    html = admin.get(page(workflow)).content.decode()
    assert "Waiting for a second pair of eyes since" in html
    assert "For spring" in html
    own = say(admin, act(workflow, "approve"), **asked(admin, workflow, "approve"))
    assert "You asked for this yourself" in own
    second = signed_in(person(careful.account, "sam", "approver"))
    assert "Approve" in second.get(page(workflow)).content.decode()
    assert "Live: version 1" in say(second, act(workflow, "approve"), **asked(second, workflow, "approve"))
    workflow.refresh_from_db()
    assert workflow.is_active
    assert "Waiting for" not in admin.get(page(workflow)).content.decode()


def test_declined_and_taken_back(admin: Client, careful: World) -> None:
    workflow = careful.workflow("Big deals", live=False)
    second = signed_in(person(careful.account, "sam", "approver"))
    say(admin, act(workflow, "publish"), revision="1", note="")
    seen = asked(second, workflow, "decline")
    assert "Declined" in say(second, act(workflow, "decline"), **seen, reason="Wrong channel")
    assert "Wrong channel" in admin.get(page(workflow)).content.decode()
    assert "decided before" in say(second, act(workflow, "approve"), **seen)
    say(admin, act(workflow, "publish"), revision="1", note="")
    taken = asked(admin, workflow, "withdraw")
    assert second.post(act(workflow, "withdraw"), taken).status_code == 403
    assert "Taken back" in say(admin, act(workflow, "withdraw"), **taken)
    assert set(PublishRequest.objects.values_list("status", flat=True)) == {"declined", "withdrawn"}


def test_an_administrator_says_whether_four_eyes_are_asked_for(admin: Client, alpha: World, beta: World) -> None:
    form = {"name": alpha.account.name, "timezone": "Europe/Paris", "requires_four_eyes": "on", "slug": "taken-over"}
    assert admin.post(page(alpha.account), form).status_code == 302
    alpha.account.refresh_from_db()
    assert (alpha.account.requires_four_eyes, alpha.account.timezone) == (True, "Europe/Paris")
    assert (alpha.account.slug, alpha.account.is_active) == ("alpha", True)
    entry = AuditEntry.objects.get(action="account.changed")
    assert entry.detail == {"timezone": "Europe/Paris", "requires_four_eyes": True}
    assert entry.user_id == alpha.admin.pk
    admin.post(page(beta.account), form)
    beta.account.refresh_from_db()
    assert not beta.account.requires_four_eyes


@pytest.mark.parametrize("role", ["viewer", "editor", "operator", "approver"])
def test_nobody_else_does(alpha: World, role: str) -> None:
    client = signed_in(person(alpha.account, "pat", role))
    assert client.post(page(alpha.account), {"requires_four_eyes": "on"}).status_code == 403
