"""Whoever approves a rule on its page, in the inbox or by a key says one and the same thing."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest
from opsflows.workflows.models import PublishRequest, Workflow
from tests.admin.addresses import act, page
from tests.admin.conftest import signed_in
from tests.admin.test_acts import say
from tests.admin.test_workflow_acts import asked
from tests.admin.world import World, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def careful(alpha: World) -> None:
    PlatformAccount.objects.filter(pk=alpha.account.pk).update(requires_four_eyes=True)


@pytest.fixture
def sam(alpha: World) -> Any:
    return person(alpha.account, "sam", "approver")


@pytest.fixture
def workflow(alpha: World, admin: Client, sam: Any) -> Workflow:
    """The administrator wants to publish it, and Sam is asked."""
    workflow = alpha.workflow("Big deals", live=False)
    say(admin, act(workflow, "publish"), revision="1", note="For spring")
    return workflow


def request_of(workflow: Workflow) -> ApprovalRequest:
    return ApprovalRequest.objects.get(subject_id=PublishRequest.objects.get(workflow=workflow).pk)


def test_the_page_decides_by_the_same_verb(workflow: Workflow, sam: Any) -> None:
    client = signed_in(sam)
    assert "Live: version 1" in say(client, act(workflow, "approve"), **asked(client, workflow, "approve"))
    decision = ApprovalDecision.objects.get(task__request=request_of(workflow))
    assert (decision.user, decision.verdict, decision.door, decision.identity) == (sam, "approve", "admin", "login")
    assert request_of(workflow).state == "approved"


def test_declining_keeps_the_reason_in_both(workflow: Workflow, sam: Any) -> None:
    client = signed_in(sam)
    seen = asked(client, workflow, "decline")
    assert "Declined" in say(client, act(workflow, "decline"), **seen, reason="Wrong channel")
    assert ApprovalDecision.objects.get(task__request=request_of(workflow)).comment == "Wrong channel"
    assert PublishRequest.objects.get(workflow=workflow).reason == "Wrong channel"
    assert "decided before" in say(client, act(workflow, "approve"), **seen)


def test_taking_it_back_recalls_it(workflow: Workflow, admin: Client, alpha: World) -> None:
    assert "Taken back" in say(admin, act(workflow, "withdraw"), **asked(admin, workflow, "withdraw"))
    request = request_of(workflow)
    assert (request.state, request.requester) == ("recalled", alpha.admin)


def test_the_page_says_that_an_edit_voided_it(workflow: Workflow, admin: Client, sam: Any) -> None:
    say(admin, act(workflow, "rename"), revision="1", name="Bigger deals", description="")
    html = admin.get(page(workflow)).content.decode()
    assert "No longer asked for." in html
    assert "The workflow has changed since this was asked for" in html
    assert request_of(workflow).state == "superseded"


def test_a_key_approves_as_its_person(workflow: Workflow, alpha: World, sam: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    house = system_actor(alpha.account.pk)
    key = issue_key(actor=house, account=alpha.account, user=sam, name="sam's", now=timezone.now())
    api = Client(headers={"Authorization": f"Bearer {key.text}"})
    [found] = api.get("/api/approvals?approver=me&state=waiting").json()["results"]
    assert (found["subject"], found["title"]) == ("publication", "Publish “Big deals”")
    sent = json.dumps({"decision": "approve", "contentHash": found["contentHash"]})
    answer = api.post(f"/api/approvals/{found['id']}/decide", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    workflow.refresh_from_db()
    assert workflow.is_active
