"""Where an account asks for four eyes, nobody publishes alone."""

import json
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError

from opsflows.accounts.actor import Actor, Forbidden, command_actor, system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.models import AuditEntry
from opsflows.audit.who import Who, acting
from opsflows.workflows.activate import set_active
from opsflows.workflows.approve_publication import approve_publication
from opsflows.workflows.decline_publication import decline_publication, withdraw_publication
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.errors import InvalidDefinition, NotWaiting
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from opsflows.workflows.restore_version import restore_version
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.workflows.conftest import draft
from tests.workflows.rules import DEAL_ALERT
from tests.workflows.test_api import client_of, post

OTHER = to_graph({**DEAL_ALERT, "trigger": "deal.won"})


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme", requires_four_eyes=True)


def person(account: PlatformAccount, role: str, now: datetime) -> Actor:
    name = f"{role}-{uuid.uuid4().hex[:6]}"
    user = create_user(
        actor=system_actor(account.pk),
        account=account,
        username=name,
        password=uuid.uuid4().hex,
        email=f"{name}@example.com",
        role=role,
        now=now,
    )
    return Actor(account_id=account.pk, user_id=user.pk, role=role, door="admin")


@pytest.fixture
def asker(account: PlatformAccount, now: datetime) -> Actor:
    return person(account, "admin", now)


@pytest.fixture
def second(account: PlatformAccount, now: datetime) -> Actor:
    return person(account, "approver", now)


@pytest.fixture
def workflow(asker: Actor) -> Workflow:
    return draft(asker)


@pytest.fixture
def asked(asker: Actor, workflow: Workflow, now: datetime) -> PublishRequest:
    return ask(asker, workflow, now)


def ask(actor: Actor, workflow: Workflow, now: datetime, note: str = "") -> PublishRequest:
    with pytest.raises(PublishDeferred, match="second pair of eyes"):
        publish(actor=actor, workflow=workflow, note=note, now=now)
    found = open_request(workflow)
    assert found is not None
    return found


def told(action: str) -> list[uuid.UUID | None]:
    return list(AuditEntry.objects.filter(action=action).values_list("user_id", flat=True))


def test_it_waits_and_goes_live_when_another_approves(
    asker: Actor, second: Actor, workflow: Workflow, now: datetime
) -> None:
    request = ask(asker, workflow, now, note="Bigger deals")
    workflow.refresh_from_db()
    assert not workflow.is_active
    version = approve_publication(actor=second, request_id=request.pk, now=now)
    workflow.refresh_from_db()
    assert (workflow.is_active, workflow.published_version) == (True, version)
    assert (version.created_by_id, version.note) == (asker.user_id, "Bigger deals")
    request.refresh_from_db()
    assert (request.status, request.decided_by_id, request.decided_at) == ("approved", second.user_id, now)
    assert told("workflow.publication_asked") == [asker.user_id]
    assert told("workflow.publication_approved") == told("workflow.published") == [second.user_id]
    approved = AuditEntry.objects.get(action="workflow.publication_approved")
    assert approved.detail["asked_by"] == User.objects.get(pk=asker.user_id).username


def test_nobody_approves_or_declines_their_own(asker: Actor, asked: PublishRequest, now: datetime) -> None:
    with pytest.raises(Forbidden, match="somebody else"):
        approve_publication(actor=asker, request_id=asked.pk, now=now)
    with pytest.raises(Forbidden, match="somebody else"):
        decline_publication(actor=asker, request_id=asked.pk, reason="no", now=now)
    asked.status, asked.decided_by_id, asked.decided_at = "approved", asker.user_id, now
    with pytest.raises(IntegrityError):
        asked.save()


def test_who_may_not_approve(account: PlatformAccount, asked: PublishRequest, now: datetime) -> None:
    with pytest.raises(Forbidden, match="workflows:approve"):
        approve_publication(actor=person(account, "operator", now), request_id=asked.pk, now=now)
    elsewhere = PlatformAccount.objects.create(slug="globex", name="Globex")
    with pytest.raises(PublishRequest.DoesNotExist):
        approve_publication(actor=person(elsewhere, "admin", now), request_id=asked.pk, now=now)
    with pytest.raises(Forbidden, match="A person"):
        approve_publication(actor=system_actor(account.pk), request_id=asked.pk, now=now)


def test_asking_twice_is_one_request(asker: Actor, workflow: Workflow, asked: PublishRequest, now: datetime) -> None:
    assert ask(asker, workflow, now).pk == asked.pk
    assert PublishRequest.objects.count() == 1


def test_a_later_draft_is_asked_for_anew(
    asker: Actor, second: Actor, workflow: Workflow, asked: PublishRequest, now: datetime
) -> None:
    workflow = update_draft(actor=asker, workflow=workflow, revision=1, workflow_data=OTHER)
    with pytest.raises(NotWaiting, match="has changed since"):
        approve_publication(actor=second, request_id=asked.pk, now=now)
    again = ask(asker, workflow, now)
    asked.refresh_from_db()
    assert (asked.status, again.status) == ("withdrawn", "open")
    assert approve_publication(actor=second, request_id=again.pk, now=now).trigger_event == "deal.won"


def test_only_what_is_decided_exactly_so_is_let_through(
    asker: Actor, second: Actor, workflow: Workflow, asked: PublishRequest, now: datetime
) -> None:
    approve_publication(actor=second, request_id=asked.pk, now=now)
    workflow = update_draft(actor=asker, workflow=workflow, revision=1, workflow_data=OTHER)
    ask(asker, workflow, now)
    workflow = update_draft(
        actor=asker, workflow=workflow, revision=2, workflow_data=WorkflowVersion.objects.get().workflow_data
    )
    set_active(actor=asker, workflow=workflow, active=False, now=now)
    publish(actor=asker, workflow=workflow, now=now)
    assert workflow.is_active


def test_an_approval_counts_once(
    asker: Actor, second: Actor, workflow: Workflow, asked: PublishRequest, now: datetime
) -> None:
    first = approve_publication(actor=second, request_id=asked.pk, now=now)
    workflow = update_draft(actor=asker, workflow=workflow, revision=1, workflow_data=OTHER)
    approve_publication(actor=second, request_id=ask(asker, workflow, now).pk, now=now)
    workflow.refresh_from_db()
    workflow = restore_version(actor=asker, workflow=workflow, number=first.number, revision=2, now=now)
    again = ask(asker, workflow, now)
    assert again.pk != asked.pk
    assert WorkflowVersion.objects.count() == 2
    assert approve_publication(actor=second, request_id=again.pk, now=now).number == 3


def test_what_is_live_already_is_published_again_without_asking(
    asker: Actor, second: Actor, workflow: Workflow, asked: PublishRequest, now: datetime
) -> None:
    version = approve_publication(actor=second, request_id=asked.pk, now=now)
    assert publish(actor=asker, workflow=workflow, now=now) == version


def test_nobody_approves_what_they_wrote_part_of(
    asker: Actor, second: Actor, account: PlatformAccount, workflow: Workflow, now: datetime
) -> None:
    third = person(account, "admin", now)
    with acting(Who(user_id=third.user_id)):
        workflow = update_draft(actor=third, workflow=workflow, revision=1, workflow_data=OTHER)
    request = ask(asker, workflow, now)
    with pytest.raises(Forbidden, match="wrote part of this"):
        approve_publication(actor=third, request_id=request.pk, now=now)
    approve_publication(actor=second, request_id=request.pk, now=now)
    # What they wrote is published; what comes after it is by somebody else.
    with acting(Who(user_id=asker.user_id)):
        workflow = update_draft(actor=asker, workflow=workflow, revision=2, settings={"priority": "high"})
    request = ask(asker, workflow, now)
    assert approve_publication(actor=third, request_id=request.pk, now=now).number == 2


def test_declined_with_a_reason(second: Actor, asked: PublishRequest, now: datetime) -> None:
    with pytest.raises(InvalidDefinition, match="reason"):
        decline_publication(actor=second, request_id=asked.pk, reason=" ", now=now)
    request = decline_publication(actor=second, request_id=asked.pk, reason="The channel is wrong.", now=now)
    assert (request.status, request.reason) == ("declined", "The channel is wrong.")
    with pytest.raises(NotWaiting, match="declined"):
        approve_publication(actor=second, request_id=asked.pk, now=now)
    assert not WorkflowVersion.objects.exists()


def test_taken_back_by_who_asked(asker: Actor, account: PlatformAccount, asked: PublishRequest, now: datetime) -> None:
    with pytest.raises(Forbidden, match="Somebody else"):
        withdraw_publication(actor=person(account, "editor", now), request_id=asked.pk, now=now)
    assert withdraw_publication(actor=asker, request_id=asked.pk, now=now).status == "withdrawn"


def test_what_cannot_be_published_any_more_is_not_approved(
    second: Actor, workflow: Workflow, asked: PublishRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsflows.workflows.registry import all_kinds

    monkeypatch.delitem(all_kinds(), "slack")
    with pytest.raises(InvalidDefinition, match="slack"):
        approve_publication(actor=second, request_id=asked.pk, now=now)
    asked.refresh_from_db()
    assert asked.status == "open"


def test_deleting_takes_the_request_back(
    asker: Actor, workflow: Workflow, asked: PublishRequest, now: datetime
) -> None:
    delete_workflow(actor=asker, workflow_id=workflow.pk, now=now)
    asked.refresh_from_db()
    assert asked.status == "withdrawn"


def test_only_the_house_itself_asks_nobody(account: PlatformAccount, workflow: Workflow, now: datetime) -> None:
    ask(command_actor(account.pk), workflow, now)
    publish(actor=system_actor(account.pk), workflow=workflow, now=now)
    assert workflow.is_active


def test_what_is_published_already_is_switched_on_without_asking(
    asker: Actor, account: PlatformAccount, workflow: Workflow, now: datetime
) -> None:
    publish(actor=system_actor(account.pk), workflow=workflow, now=now)
    set_active(actor=asker, workflow=workflow, active=False, now=now)
    publish(actor=asker, workflow=workflow, now=now)
    assert workflow.is_active


def test_other_accounts_are_not_asked(
    editor: Actor, account: PlatformAccount, workflow: Workflow, now: datetime
) -> None:
    account.requires_four_eyes = False
    account.save()
    publish(actor=editor, workflow=workflow, now=now)
    assert workflow.is_active


def test_the_api_says_that_it_waits(account: PlatformAccount, second: Actor, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    api = client_of(account, "editor")
    body = post(api, {**DEAL_ALERT, "active": True}).json()
    assert (body["active"], body["status"]) == (False, "draft")
    assert "second pair of eyes" in body["warnings"][0]["message"]
    assert body["approval"]["requestedBy"].startswith("editor-")
    approve_publication(actor=second, request_id=uuid.UUID(body["approval"]["id"]), now=datetime.now().astimezone())
    address = f"/api/workflows/{body['id']}"
    assert (api.get(address).json()["active"], api.get(address).json()["approval"]) == (True, None)
    changed = api.put(address, json.dumps({"trigger": "deal.won"}), content_type="application/json").json()
    assert (changed["active"], changed["version"], changed["unpublishedChanges"]) == (True, 1, True)
    assert "Until then version 1 goes on." in changed["warnings"][0]["message"]
