"""Four eyes through approvals: one verb decides, an edit voids, and nobody publishes alone."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.models import PlatformAccount, Recipient, TeamMember
from opsflows.approvals.amend import amend
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, NeedsLogin, Settled
from opsflows.approvals.models import ApprovalPolicy, ApprovalRequest, ApprovalRound, ApprovalTask
from opsflows.approvals.recall import recall
from opsflows.approvals.voice import voice_of_link
from opsflows.audit.who import Who, acting
from opsflows.workflows.approve_publication import approve_publication
from opsflows.workflows.decline_publication import decline_publication, withdraw_publication
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.approvals.office import NOW, Office, assert_replays, fresh
from tests.workflows.conftest import draft
from tests.workflows.rules import DEAL_ALERT

pytestmark = pytest.mark.django_db

OTHER = {**DEAL_ALERT, "trigger": "deal.won"}
MAIL = {"type": "email", "to": ["boss"], "subject": "S", "body": "B"}
TOLD = {"name": "Told", "trigger": "deal.won", "actions": [MAIL]}


@pytest.fixture
def office(db: None) -> Office:
    """Ed and Root write and publish; Sam and Root may approve."""
    office = Office()
    for name, role in (("root", "admin"), ("sam", "approver"), ("ed", "editor"), ("vic", "viewer")):
        office.person(name, role)
    PlatformAccount.objects.update(requires_four_eyes=True)
    office.account.refresh_from_db()
    return office


@pytest.fixture
def workflow(office: Office) -> Workflow:
    return draft(office.actor("ed"))


def ask(office: Office, workflow: Workflow, by: str = "ed", note: str = "") -> ApprovalRequest:
    with pytest.raises(PublishDeferred):
        publish(actor=office.actor(by), workflow=Workflow.objects.get(pk=workflow.pk), note=note, now=NOW)
    return ApprovalRequest.objects.get(subject="publication", closed_at=None)


def asked(request: ApprovalRequest) -> PublishRequest:
    return PublishRequest.objects.get(pk=request.subject_id)


def details(request: ApprovalRequest) -> dict[str, str]:
    """What becomes different; that it was not tried on past events is told beside it."""
    content = ApprovalRound.objects.get(request=request).content
    told = {each["label"]: each["value"] for each in content["details"]}
    assert told.pop("Tried on past events", "Not tried on events that came in.").startswith("Not tried")
    return told


def test_everybody_who_may_approve_is_asked_but_who_asks(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow, note="For spring")
    assert office.waiting(request) == {"root", "sam"}
    assert (request.title, request.requester) == ("Publish “High-Value Deal Alert”", office.people["ed"])
    content = ApprovalRound.objects.get(request=request).content
    assert "For spring" in content["summary"]
    assert content["subject_hash"] == asked(request).content_hash
    recall(voice=office.voice("ed"), request_id=request.pk, now=NOW)
    assert office.waiting(ask(office, workflow, "root")) == {"sam"}


def test_approving_publishes_in_the_same_moment(office: Office, workflow: Workflow) -> None:
    request = office.decide(ask(office, workflow), "sam")
    workflow.refresh_from_db()
    assert (request.state, asked(request).status, workflow.is_active) == ("approved", "approved", True)
    assert asked(request).decided_by == office.people["sam"]
    assert WorkflowVersion.objects.get().created_by == office.people["ed"]
    assert_replays(request)
    with pytest.raises(Settled):
        office.decide(request, "root", "reject")


@pytest.mark.parametrize("verdict", ["reject", "changes"])
def test_saying_no_declines_with_the_comment(office: Office, workflow: Workflow, verdict: str) -> None:
    request = ask(office, workflow)
    with pytest.raises(ValidationError):
        decide(
            voice=office.voice("sam"), task_id=task_of(office, request, "sam").pk, verdict=verdict, seen=None, now=NOW
        )
    request = office.decide(request, "sam", verdict, "The channel is wrong.")
    assert (asked(request).status, asked(request).reason) == ("declined", "The channel is wrong.")
    assert request.state == ("rejected" if verdict == "reject" else "changes_requested")
    assert fresh(request).closed_at is not None
    assert not WorkflowVersion.objects.exists()
    assert ask(office, workflow).pk != request.pk


def task_of(office: Office, request: ApprovalRequest, name: str) -> ApprovalTask:
    return ApprovalTask.objects.get(request=request, user=office.people[name])


def test_nobody_approves_their_own_not_even_an_administrator(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow, "root")
    with pytest.raises(ApprovalTask.DoesNotExist):
        office.decide(request, "root")
    with pytest.raises(Forbidden):
        decide(
            voice=office.voice("root"),
            task_id=task_of(office, request, "sam").pk,
            verdict="approve",
            seen=None,
            now=NOW,
        )
    with pytest.raises(Forbidden, match="yourself"):
        approve_publication(actor=office.actor("root"), request_id=asked(request).pk, now=NOW)


def test_a_link_alone_publishes_nothing(office: Office, workflow: Workflow) -> None:
    task = task_of(office, ask(office, workflow), "sam")
    with pytest.raises(NeedsLogin):
        decide(voice=voice_of_link(task), task_id=task.pk, verdict="approve", seen=None, now=NOW)


def test_whoever_asks_takes_it_back(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow)
    recall(voice=office.voice("ed"), request_id=request.pk, now=NOW)
    assert (asked(request).status, open_request(workflow)) == ("withdrawn", None)


@pytest.mark.parametrize(
    "change",
    [
        {"workflow_data": to_graph(OTHER)},
        {"settings": {"priority": "high"}},
        {"name": "Another"},
        {"description": "Why it is there"},
    ],
)
def test_any_edit_voids_it(office: Office, workflow: Workflow, change: dict[str, Any]) -> None:
    request = ask(office, workflow)
    update_draft(actor=office.actor("ed"), workflow=workflow, revision=1, **change, now=NOW)
    request = fresh(request)
    assert (request.state, asked(request).status, office.waiting(request)) == ("superseded", "withdrawn", set())
    assert "has changed" in request.reason
    with pytest.raises(Settled):
        office.decide(request, "sam")
    assert_replays(request)
    again = ask(office, workflow)
    assert office.decide(again, "sam").state == "approved"


def test_where_its_boxes_lie_is_no_edit(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow)
    data = to_graph(DEAL_ALERT)
    data["nodes"][0]["position"] = {"x": 999, "y": 0}
    data["nodes"][2]["data"]["pinned"] = {"output": {"ok": True}}
    update_draft(actor=office.actor("ed"), workflow=workflow, revision=1, workflow_data=data, now=NOW)
    assert fresh(request).state == "waiting"
    assert office.decide(request, "sam").state == "approved"


def test_asked_again_unchanged_it_is_one_request(office: Office, workflow: Workflow) -> None:
    assert ask(office, workflow) == ask(office, workflow)


def test_what_is_decided_on_the_workflows_page_ends_the_request(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow)
    decline_publication(actor=office.actor("root"), request_id=asked(request).pk, reason="No.", now=NOW)
    assert fresh(request).state == "rejected"
    second = ask(office, workflow)
    withdraw_publication(actor=office.actor("ed"), request_id=asked(second).pk, now=NOW)
    assert fresh(second).state == "recalled"
    third = ask(office, workflow)
    approve_publication(actor=office.actor("root"), request_id=asked(third).pk, now=NOW)
    assert (fresh(third).state, office.waiting(third)) == ("approved", set())
    assert_replays(third)


def test_a_deleted_workflow_takes_its_request_along(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow)
    delete_workflow(actor=office.actor("ed"), workflow_id=workflow.pk, now=NOW)
    assert fresh(request).state == "superseded"


def test_what_became_impossible_is_not_approved(
    office: Office, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(office, workflow)
    monkeypatch.delitem(all_kinds(), "slack")
    with pytest.raises(ValidationError, match="slack"):
        office.decide(request, "sam")
    assert (fresh(request).state, office.waiting(request)) == ("waiting", {"root", "sam"})


def test_its_words_are_changed_in_the_draft_alone(office: Office, workflow: Workflow) -> None:
    request = ask(office, workflow)
    with pytest.raises(ValidationError, match="draft"):
        amend(voice=office.voice("ed"), request_id=request.pk, title="Harmless", now=NOW)


def test_nobody_else_may_approve_yet(workflow: Workflow, office: Office) -> None:
    office.account.memberships.exclude(user=office.people["ed"]).update(role="viewer")
    with pytest.raises(PublishDeferred):
        publish(actor=office.actor("ed"), workflow=workflow, now=NOW)
    assert not ApprovalRequest.objects.exists()
    waiting = open_request(workflow)
    assert waiting is not None
    office.account.memberships.filter(user=office.people["vic"]).update(role="approver")
    approve_publication(actor=office.actor("vic"), request_id=waiting.pk, now=NOW)
    assert Workflow.objects.get().is_active


def test_who_wrote_it_is_not_asked_alone(workflow: Workflow, office: Office) -> None:
    office.account.memberships.filter(user=office.people["root"]).update(role="viewer")
    with acting(Who(user_id=office.people["sam"].pk)):
        update_draft(actor=office.actor("ed"), workflow=workflow, revision=1, workflow_data=to_graph(OTHER), now=NOW)
    with pytest.raises(PublishDeferred):
        publish(actor=office.actor("ed"), workflow=workflow, now=NOW)
    assert not ApprovalRequest.objects.exists()
    assert open_request(workflow) is not None


# What approvers read


def test_what_becomes_different_is_told(office: Office, workflow: Workflow) -> None:
    first = ask(office, workflow)
    assert details(first)["When"] == "private_offer.accepted"
    assert "value is greater than 100,000" in details(first)["Only if"]
    new = details(first)["Step 1, Send a Slack message is new"]
    assert "#sales-wins" in new
    assert "Big win!" in new
    office.decide(first, "sam")
    rule = {**OTHER, "actions": [{**DEAL_ALERT["actions"][0], "channel": "#all"}, {"type": "stop"}]}
    workflow = update_draft(
        actor=office.actor("ed"),
        workflow=workflow,
        revision=1,
        workflow_data=to_graph(rule),
        settings={"priority": "high"},
        now=NOW,
    )
    told = details(ask(office, workflow))
    assert told["When"] == "private_offer.accepted → deal.won"
    assert told["Step 1, Send a Slack message"] == "Channel: #sales-wins → #all"
    assert told["Settings"] == "Priority: not set → high"
    assert told["Step 2, Stop is new"].startswith("Stop, after “Send a Slack message”")
    assert told["Step 2, Call a URL is taken out"].startswith("Call a URL")


def test_a_secret_that_changes_is_told_and_not_shown(office: Office) -> None:
    def rule(token: str) -> dict[str, Any]:
        call = {"type": "webhook", "url": "https://crm.example/in", "headers": {"Authorization": f"Bearer {token}"}}
        return {**DEAL_ALERT, "actions": [call]}

    workflow = draft(office.actor("ed"), rule("s3cret-one-value"))
    office.decide(ask(office, workflow), "sam")
    update_draft(
        actor=office.actor("ed"),
        workflow=workflow,
        revision=1,
        workflow_data=to_graph(rule("s3cret-two-value")),
        now=NOW,
    )
    told = details(ask(office, workflow))
    [(label, value)] = told.items()
    assert label == "Step 1, Call a URL"
    assert value.startswith("Headers › Authorization: changed")
    assert "s3cret" not in value


# Whom it writes to, and what it names


def test_other_people_behind_a_name_void_what_was_approved(office: Office) -> None:
    team = office.team("sales", "vic")
    Recipient.objects.create(account=office.account, name="boss", team=team)
    workflow = draft(office.actor("ed"), TOLD)
    request = ask(office, workflow)
    TeamMember.objects.create(team=team, user=office.people["ed"], position=2)
    with pytest.raises(Changed, match="something that it names"):
        office.decide(request, "sam")
    assert not Workflow.objects.get().is_active
    again = ask(office, workflow)
    assert (again.pk != request.pk, fresh(request).state) == (True, "superseded")
    assert office.decide(again, "sam").state == "approved"


@pytest.mark.parametrize(
    "step",
    [
        {"type": "approval", "title": "Spend", "levels": [{"approvers": ["finance"]}]},
        {
            "type": "approval",
            "title": "Spend",
            "levels": [
                {"approvers": ["sam.acme"], "timeout": "1 day", "onTimeout": "escalate", "escalateTo": "finance"}
            ],
        },
        {"type": "approval", "title": "Spend", "policy": "spending"},
        {"type": "notify", "to": ["finance"], "title": "Spent"},
        {"type": "create_task", "title": "Pay", "assignTo": "finance"},
        {"type": "create_task_series", "tasks": [{"title": "Pay", "assignTo": "finance"}]},
        {"type": "assign", "recordType": "deal", "recordKey": "D-1", "assignTo": "finance"},
    ],
    ids=lambda step: step["type"],
)
def test_whoever_a_step_asks_or_gives_work_to_is_bound_as_well(office: Office, step: dict[str, Any]) -> None:
    team = office.team("finance", "vic")
    plan = {"levels": [{"approvers": ["finance"]}]}
    ApprovalPolicy.objects.create(account=office.account, name="Spending", plan=plan)
    request = ask(office, draft(office.actor("ed"), {**DEAL_ALERT, "actions": [step]}))
    TeamMember.objects.create(team=team, user=office.people["ed"], position=2)
    with pytest.raises(Changed):
        office.decide(request, "sam")


# Where the workflow asks for it


@pytest.fixture
def relaxed(office: Office) -> Office:
    PlatformAccount.objects.update(requires_four_eyes=False)
    office.account.refresh_from_db()
    return office


def test_a_workflow_may_ask_for_it_alone(relaxed: Office) -> None:
    publish(actor=relaxed.actor("ed"), workflow=draft(relaxed.actor("ed")), now=NOW)
    careful = draft(relaxed.actor("ed"), fourEyes=True)
    relaxed.decide(ask(relaxed, careful), "sam")
    assert Workflow.objects.get(pk=careful.pk).is_active


def test_whoever_turns_it_off_needs_the_approval_too(relaxed: Office) -> None:
    careful = draft(relaxed.actor("ed"), fourEyes=True)
    relaxed.decide(ask(relaxed, careful), "sam")
    careful = update_draft(actor=relaxed.actor("root"), workflow=careful, revision=1, settings={}, now=NOW)
    request = ask(relaxed, careful, "root")
    assert relaxed.waiting(request) == {"sam"}
    relaxed.decide(request, "sam")
    careful = Workflow.objects.get(pk=careful.pk)
    careful = update_draft(
        actor=relaxed.actor("ed"), workflow=careful, revision=2, workflow_data=to_graph(OTHER), now=NOW
    )
    assert publish(actor=relaxed.actor("ed"), workflow=careful, now=NOW).number == 3


def test_the_setting_is_true_or_false(relaxed: Office) -> None:
    with pytest.raises(InvalidDefinition, match="fourEyes"):
        draft(relaxed.actor("ed"), fourEyes="yes")
