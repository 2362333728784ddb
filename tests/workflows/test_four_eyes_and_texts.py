"""Where four eyes are asked for, the text of a template is approved as the definition is."""

from datetime import datetime
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.messages.models import MessageTemplate
from opsflows.messages.save_template import change_template, create_template
from opsflows.messages.use_new_text import use_new_text
from opsflows.workflows import approve_publication as approve_publication_module
from opsflows.workflows.activate import set_active
from opsflows.workflows.approve_publication import approve_publication
from opsflows.workflows.four_eyes import decide, open_request
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.publish import publish
from tests.workflows.conftest import draft
from tests.workflows.test_four_eyes import account, asker, second

__all__ = ["account", "asker", "second"]

RULE: dict[str, Any] = {
    "name": "Welcome",
    "trigger": "user.created",
    "actions": [{"type": "email", "to": "{{email}}", "template": "hello"}],
}


@pytest.fixture
def workflow(asker: Actor, account: PlatformAccount, now: datetime) -> Workflow:
    """Published with a first text, paused, and the text changed since."""
    template = create_template(actor=asker, name="hello", subject="Hello", body="First")
    workflow = draft(asker, RULE)
    publish(actor=system_actor(account.pk), workflow=workflow, now=now)
    set_active(actor=asker, workflow=workflow, active=False, now=now)
    change_template(actor=asker, template=template, subject="Hello", body="Second", description="")
    return workflow


def waiting(workflow: Workflow) -> PublishRequest:
    found = open_request(workflow)
    assert found is not None
    return found


def text(workflow: Workflow) -> str:
    workflow.refresh_from_db()
    assert workflow.published_version is not None
    return str(workflow.published_version.references["template"]["hello"]["body"])


def test_a_new_text_that_is_approved_leaves_a_paused_workflow_paused(
    asker: Actor, second: Actor, workflow: Workflow, now: datetime
) -> None:
    assert not use_new_text(actor=asker, name="hello", now=now).done
    assert text(workflow) == "First"
    approve_publication(actor=second, request_id=waiting(workflow).pk, now=now)
    assert (text(workflow), workflow.is_active) == ("Second", False)


def test_publishing_it_with_the_new_text_lets_it_go_live(
    asker: Actor, second: Actor, workflow: Workflow, now: datetime
) -> None:
    use_new_text(actor=asker, name="hello", now=now)
    with pytest.raises(PublishDeferred):
        publish(actor=asker, workflow=workflow, now=now)
    approve_publication(actor=second, request_id=waiting(workflow).pk, now=now)
    assert (text(workflow), workflow.is_active) == ("Second", True)


def test_a_text_that_changes_while_another_is_approved_does_not_slip_through(
    asker: Actor, second: Actor, workflow: Workflow, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_new_text(actor=asker, name="hello", now=now)

    def decide_slowly(**given: Any) -> None:
        decide(**given)
        template = MessageTemplate.objects.get(name="hello")
        change_template(actor=asker, template=template, subject="Hello", body="Third", description="")

    monkeypatch.setattr(approve_publication_module, "decide", decide_slowly)
    with pytest.raises(PublishDeferred):
        approve_publication(actor=second, request_id=waiting(workflow).pk, now=now)
    assert text(workflow) == "First"


def test_the_version_with_the_new_text_is_the_askers(
    asker: Actor, second: Actor, workflow: Workflow, now: datetime
) -> None:
    use_new_text(actor=asker, name="hello", now=now)
    assert approve_publication(actor=second, request_id=waiting(workflow).pk, now=now).created_by_id == asker.user_id


def test_a_new_text_does_not_push_aside_a_draft_that_waits(asker: Actor, workflow: Workflow, now: datetime) -> None:
    with pytest.raises(PublishDeferred):
        publish(actor=asker, workflow=workflow, now=now)
    asked = waiting(workflow)
    [(refused, reason)] = use_new_text(actor=asker, name="hello", now=now).refused
    assert (refused.pk, "waits for a second pair of eyes already" in reason) == (workflow.pk, True)
    assert waiting(workflow) == asked
