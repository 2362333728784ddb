"""The page before something goes live."""

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.rule_form import to_graph
from tests.admin.conftest import signed_in
from tests.admin.world import World, person
from tests.studio.versions.test_versions import SLACK, page, rule, save, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(alpha: World) -> Workflow:
    """Live, with a draft that says something else."""
    return save(alpha, alpha.workflow("Deals", actions=[SLACK]), rule(150000, SLACK))


@pytest.fixture
def careful(alpha: World) -> World:
    PlatformAccount.objects.filter(pk=alpha.account.pk).update(requires_four_eyes=True)
    alpha.account.refresh_from_db()
    return alpha


def press(client: Client, workflow: Workflow, revision: int | None = None, note: str = "") -> str:
    revision = workflow.revision if revision is None else revision
    answer = client.post(page("publish", workflow), {"revision": revision, "note": note}, follow=True)
    return answer.content.decode()


def test_it_says_what_becomes_different_and_publishes(admin: Client, workflow: Workflow) -> None:
    html = shown(admin, page("publish", workflow))
    assert "Only if value is greater than 100,000 → 150,000" in html
    assert "Publishing takes the place of version 1" in html
    done = press(admin, workflow, note="For spring")
    assert "Live: version 2" in done
    assert "The next alpha.happened starts it." in done
    assert WorkflowVersion.objects.get(number=2).note == "For spring"


def test_pressed_twice_it_is_one_version(admin: Client, workflow: Workflow) -> None:
    press(admin, workflow)
    press(admin, workflow)
    assert WorkflowVersion.objects.filter(workflow=workflow).count() == 2


def test_a_draft_that_changed_meanwhile_is_read_first(admin: Client, alpha: World, workflow: Workflow) -> None:
    save(alpha, workflow, rule(7, SLACK))
    answer = admin.post(page("publish", workflow), {"revision": workflow.revision, "note": "Mine"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody saved the draft meanwhile" in html
    assert "greater than 100,000 → 7" in html
    assert "Mine" in html
    assert f'name="revision" value="{workflow.revision + 1}"' in html
    assert WorkflowVersion.objects.filter(workflow=workflow).count() == 1


def test_what_stands_in_the_way_is_named_by_its_step(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals", live=False)
    mail = {"type": "email", "to": "a@example.com"}
    data = to_graph({"trigger": "", "conditions": {"rules": []}, "actions": [mail]})
    workflow = save(alpha, workflow, data)
    html = shown(admin, page("publish", workflow))
    assert "stand in the way" in html
    assert "Step 1, Send an email" in html
    assert "Publish</button>" not in html
    refused = admin.post(page("publish", workflow), {"revision": workflow.revision, "note": ""})
    assert refused.status_code == 409
    assert not WorkflowVersion.objects.filter(workflow=workflow).exists()


def test_nothing_to_publish(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    assert "Nothing to publish" in shown(admin, page("publish", workflow))
    set_active(actor=alpha.actor, workflow=workflow, active=False, now=timezone.now())
    assert "Resume it" in shown(admin, page("publish", workflow))


def test_for_the_first_time_it_is_read_whole(admin: Client, alpha: World) -> None:
    html = shown(admin, page("publish", alpha.workflow("Deals", live=False)))
    assert "the draft becomes version 1" in html
    assert "value is greater than 100,000" in html


def test_four_eyes_are_named_with_what_they_see(admin: Client, careful: World, workflow: Workflow) -> None:
    sam = person(careful.account, "sam", "approver")
    html = shown(admin, page("publish", workflow))
    assert "Ask for approval</button>" in html
    assert "<strong>sam</strong>" in html
    assert "What they see" in html
    assert "Publish “Deals”" in html
    told = press(admin, workflow, note="For spring")
    assert "Not live yet" in told
    assert "Asked: sam" in told
    request = PublishRequest.objects.get(status="open")
    waiting = shown(admin, page("publish", workflow))
    assert "Waiting for a second pair of eyes" in waiting
    assert "For spring" in waiting
    assert "Ask for approval</button>" not in waiting
    press(admin, workflow)
    assert PublishRequest.objects.get(status="open") == request
    assert "value is greater than 100,000" in shown(signed_in(sam), page("publish", workflow))


def test_where_nobody_else_may_approve(admin: Client, careful: World, workflow: Workflow) -> None:
    assert "Nobody else in this account may approve it as yet" in shown(admin, page("publish", workflow))
    assert "Not live yet" in press(admin, workflow)


def test_a_viewer_reads_and_publishes_nothing(viewer: Client, workflow: Workflow) -> None:
    assert "Publish</button>" not in shown(viewer, page("publish", workflow))
    assert viewer.post(page("publish", workflow), {"revision": workflow.revision}).status_code == 403
    assert WorkflowVersion.objects.filter(workflow=workflow).count() == 1


def test_examples_that_were_not_filled_in_are_named(admin: Client, alpha: World, workflow: Workflow) -> None:
    assert "Examples still stand in it" not in shown(admin, page("publish", workflow))
    call = {"type": "webhook", "url": "https://crm.example/deals"}
    html = shown(admin, page("publish", save(alpha, workflow, rule(150000, call))))
    assert "nobody answers there: crm.example." in html
    assert page("fill-in", workflow) in html
