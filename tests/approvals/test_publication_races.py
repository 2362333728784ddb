"""Approving and editing at the same moment, on real connections: one of them comes first, and the other sees it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from opsflows.approvals.errors import Settled
from opsflows.approvals.models import ApprovalRequest
from opsflows.approvals.recall import recall
from opsflows.workflows import activations
from opsflows.workflows.activate import set_active
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.approvals.office import NOW, Office, assert_replays, fresh
from tests.workflows.conftest import draft
from tests.workflows.rules import DEAL_ALERT

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OTHER = to_graph({**DEAL_ALERT, "trigger": "deal.won"})


@pytest.fixture
def office(transactional_db: None) -> Office:
    office = Office()
    for name, role in (("root", "admin"), ("sam", "approver"), ("ed", "editor")):
        office.person(name, role)
    return office


@pytest.fixture
def workflow(office: Office) -> Workflow:
    return draft(office.actor("ed"), fourEyes=True)


@pytest.fixture
def request_(office: Office, workflow: Workflow) -> ApprovalRequest:
    with pytest.raises(PublishDeferred):
        publish(actor=office.actor("ed"), workflow=workflow, now=NOW)
    return ApprovalRequest.objects.get()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave, or raised, all begun together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Settled as late:
            return late
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("attempt", range(5))
def test_approve_against_edit(office: Office, workflow: Workflow, request_: ApprovalRequest, attempt: int) -> None:
    approved, edited = at_once(
        lambda: office.decide(request_, "sam"),
        lambda: update_draft(actor=office.actor("ed"), workflow=workflow, revision=1, workflow_data=OTHER, now=NOW),
    )
    assert edited.revision == 2
    request = fresh(request_)
    if isinstance(approved, Settled):
        assert (request.state, WorkflowVersion.objects.count()) == ("superseded", 0)
        assert PublishRequest.objects.get().status == "withdrawn"
    else:
        # What was read is what went live; the edit is a draft beside it.
        assert request.state == "approved"
        assert WorkflowVersion.objects.get().trigger_event == DEAL_ALERT["trigger"]
        assert PublishRequest.objects.get().status == "approved"
    assert_replays(request)


@pytest.mark.parametrize("attempt", range(3))
def test_two_approvers_and_a_recall(office: Office, request_: ApprovalRequest, attempt: int) -> None:
    answers = at_once(
        lambda: office.decide(request_, "sam"),
        lambda: office.decide(request_, "root", "reject", "No."),
        lambda: recall(voice=office.voice("ed"), request_id=request_.pk, now=NOW),
    )
    assert sum(isinstance(answer, Settled) for answer in answers) == 2
    request = fresh(request_)
    assert WorkflowVersion.objects.count() == (request.state == "approved")
    wanted = {"approved": "approved", "rejected": "declined", "recalled": "withdrawn"}[request.state]
    assert PublishRequest.objects.get().status == wanted
    assert_replays(request)


def test_approve_against_switching_another_off(
    office: Office, request_: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both want the account's audit chain and the epoch of the house; whoever has the epoch never waits for a chain."""
    other = draft(office.actor("ed"))
    publish(actor=office.actor("ed"), workflow=other, now=NOW)
    bump, off_has_epoch, approve_wants_epoch = activations.bump_epoch, threading.Event(), threading.Event()
    kind = threading.local()

    def bump_in_turn() -> None:
        if kind.is_off:
            bump()
            off_has_epoch.set()
            # The approval gets as far as the epoch only where this side does not hold the chain already.
            approve_wants_epoch.wait(0.5)
        else:
            approve_wants_epoch.set()
            bump()

    def approve() -> ApprovalRequest:
        kind.is_off = False
        off_has_epoch.wait(5)
        return office.decide(request_, "sam")

    def switch_off() -> Workflow:
        kind.is_off = True
        return set_active(actor=office.actor("ed"), workflow=other, active=False, now=NOW)

    monkeypatch.setattr(activations, "bump_epoch", bump_in_turn)
    approved, off = at_once(approve, switch_off)
    assert (approved.state, off.is_active) == ("approved", False)
