"""Pattern 10 by the ready-made form: what a text mentions decides who reviews it, all at the same time."""

from collections.abc import Iterator
from typing import Any

import pytest

from opsflows.approvals.amend import amend
from opsflows.approvals.forms.draft_workflow import draft_workflow
from opsflows.approvals.forms.starting_forms import add_starting_form
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import ApprovalRequest
from opsflows.approvals.save_policy import create_policy
from opsflows.runs.models import Execution
from opsflows.workflows.publish import publish
from tests.approvals.office import NOW, Office
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db


def level(name: str, who: str, word: str) -> dict[str, Any]:
    mentions = {"field": "content", "operator": "contains", "value": word}
    return {"name": name, "approvers": [f"{who}.acme"], "when": mentions, "together": name != "Legal"}


LEVELS = [
    level("Legal", "cleo", "GDPR"),
    level("Security", "bob", "customer data"),
    level("Finance", "fay", "pricing"),
    level("Compliance", "finn", "public health"),
]


@pytest.fixture
def engine(office: Office) -> Iterator[QueuedEngine]:
    engine = QueuedEngine(account_id=office.account.pk, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def post(office: Office, engine: QueuedEngine) -> ApprovalRequest:
    root = office.actor("root", door="admin")
    create_policy(actor=root, name="Content", plan={"levels": LEVELS}, now=NOW)
    form = add_starting_form(actor=root, starting="content", now=NOW)
    publish(actor=root, workflow=draft_workflow(actor=root, form=form, policy="content"), now=NOW)
    text = "What GDPR means for you, and our new pricing."
    values = {"title": "News", "contentType": "Blog post", "content": text}
    submit_form(actor=office.actor("ann"), form_id=form.pk, values=values, key="a", now=NOW)
    engine.settle()
    return ApprovalRequest.objects.get()


def test_only_those_are_asked_whom_it_concerns(office: Office, post: ApprovalRequest) -> None:
    assert post.title == "Content: News"
    assert office.waiting(post) == {"cleo", "fay"}


def test_one_rejection_ends_it(office: Office, engine: QueuedEngine, post: ApprovalRequest) -> None:
    office.decide(post, "cleo")
    request = office.decide(post, "fay", "reject", "Pricing is outdated, update to $99/mo")
    assert (request.state, office.waiting(request)) == ("rejected", set())
    engine.settle()
    assert Execution.objects.get().execution_status == "completed"


def test_after_edits_it_goes_to_those_whom_it_concerns_now(
    office: Office, engine: QueuedEngine, post: ApprovalRequest
) -> None:
    office.decide(post, "fay", "changes", "Leave the price out, and say what we keep.")
    new = {"Text": "What GDPR means for you, and for customer data."}
    request = amend(voice=office.voice("ann"), request_id=post.pk, details=new, now=NOW)
    assert (request.round_number, office.waiting(request)) == (2, {"cleo", "bob"})
    office.decide(request, "cleo")
    assert office.decide(request, "bob").state == "approved"
    engine.settle()
    assert Execution.objects.get().execution_status == "completed"
