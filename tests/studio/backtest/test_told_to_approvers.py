"""Who approves that a rule goes live reads what it would have done to the events of the past."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, PlatformAccount, User
from opsflows.approvals.models import ApprovalRound
from opsflows.approvals.publications.text import draft_content
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.studio.backtest.conftest import MAIL, NOW, ask, came_in, leaf, rule, work

pytestmark = pytest.mark.django_db

LARGE, HUGE = rule([leaf("value", "greater_than", 100)]), rule([leaf("value", "greater_than", 1000)])


def told(workflow: Workflow) -> str | None:
    found = {each["label"]: each["value"] for each in draft_content(Workflow.objects.get(pk=workflow.pk)).details}
    return found.get("Tried on past events")


def test_what_is_asked_says_what_the_backtest_found(
    actor: Actor, account: PlatformAccount, flow: Callable[..., Workflow]
) -> None:
    for name, role in (("sam", "approver"), ("ed", "editor")):
        user = User.objects.create_user(username=name, email=f"{name}@acme.example")
        Membership.objects.create(account=account, user=user, role=role)
    workflow = flow(HUGE, LARGE)
    for value in (50, 500, 5000):
        came_in(account, {"value": value, "customer": "A"}, NOW - timedelta(days=2))
    assert told(workflow) == "Not tried on events that came in."
    work(ask(actor, workflow))
    PlatformAccount.objects.update(requires_four_eyes=True)
    editor = Actor(account_id=account.pk, user_id=user.pk, role="editor", door="page")
    with pytest.raises(PublishDeferred):
        publish(actor=editor, workflow=Workflow.objects.get(pk=workflow.pk), now=NOW)
    shown = {each["label"]: each["value"] for each in ApprovalRound.objects.get().content["details"]}
    assert "3 events came in" in shown["Tried on past events"]
    assert "twice, the draft once: 0 new, 1 no longer" in shown["Tried on past events"]


def test_a_draft_that_changed_since_says_so(
    actor: Actor, account: PlatformAccount, flow: Callable[..., Workflow]
) -> None:
    workflow = flow(HUGE, LARGE)
    came_in(account, {"value": 500}, NOW - timedelta(days=2))
    work(ask(actor, workflow))
    changed: dict[str, Any] = rule([leaf("value", "greater_than", 10)], MAIL)
    workflow.refresh_from_db()
    update_draft(actor=actor, workflow=workflow, revision=workflow.revision, workflow_data=changed)
    assert str(told(workflow)).startswith("An earlier draft was: In the last 30 days 1 event came in")


def test_nothing_is_said_where_no_event_starts_it(flow: Callable[..., Workflow]) -> None:
    by_hand = to_graph({"trigger": {"manual": True}, "actions": [MAIL]})
    assert told(flow(by_hand)) is None
