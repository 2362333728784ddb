"""People who are away, hand on, or leave."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.models import Membership
from opsflows.approvals.models import ApprovalRequest, ApprovalTask, Delegation
from opsflows.approvals.people.delegate import delegate, revoke_delegation
from opsflows.approvals.reassign import reassign
from opsflows.approvals.sweep import sweep
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.publish import publish
from tests.approvals.office import NOW, Office, assert_replays, fresh, later
from tests.workflows.conftest import draft

BOB = {"name": "Bob", "approvers": ["bob.acme"]}


def away(
    office: Office, who: str, stand_in: str, *, by: str | None = None, days: tuple[float, float] = (0, 7), **more: Any
) -> Delegation:
    return delegate(
        actor=office.actor(by or who),
        person_id=office.people[who].pk,
        stand_in_id=office.people[stand_in].pk,
        starts_at=later(days=days[0]),
        ends_at=later(days=days[1]),
        now=NOW,
        **more,
    )


def test_who_stands_in_is_asked(office: Office) -> None:
    away(office, "bob", "cleo")
    request = office.ask(BOB)
    task = ApprovalTask.objects.get()
    assert office.waiting(request) == {"cleo"}
    assert (task.why, task.on_behalf_of) == ("delegated", office.people["bob"])
    assert office.decide(request, "cleo").state == "approved"


def test_what_waits_goes_over_when_the_absence_begins(office: Office) -> None:
    away(office, "bob", "cleo", days=(2, 5))
    request = office.ask(BOB)
    sweep(now=later(days=1))
    assert office.waiting(request) == {"bob"}
    sweep(now=later(days=2))
    assert office.waiting(request) == {"cleo"}
    assert_replays(request)
    later_one = office.ask(BOB, now=later(days=5))
    assert office.waiting(later_one) == {"bob"}


def test_stand_ins_in_a_row_and_in_a_circle(office: Office) -> None:
    away(office, "bob", "cleo")
    away(office, "cleo", "fay")
    assert office.waiting(office.ask(BOB)) == {"fay"}
    away(office, "fay", "bob")
    assert office.waiting(office.ask(BOB)) == {"bob"}


def test_who_asks_never_stands_in_for_their_own(office: Office) -> None:
    away(office, "bob", "ann")
    assert office.waiting(office.ask(BOB, by="ann")) == {"bob"}


def test_nobody_gets_two_voices(office: Office) -> None:
    away(office, "fay", "finn")
    request = office.ask({"approvers": ["finance"], "mode": "all"})
    assert office.waiting(request) == {"fay", "finn"}


def test_one_absence_at_a_time(office: Office) -> None:
    away(office, "bob", "cleo")
    with pytest.raises(ValidationError, match="Cleo stands in until"):
        away(office, "bob", "fay", days=(3, 9))
    away(office, "bob", "fay", days=(7, 9))


def test_for_others_only_who_manages(office: Office) -> None:
    with pytest.raises(Forbidden):
        away(office, "bob", "cleo", by="ann")
    row = away(office, "bob", "cleo", by="root")
    with pytest.raises(Forbidden):
        revoke_delegation(actor=office.actor("ann"), delegation_id=row.pk, now=NOW)
    revoke_delegation(actor=office.actor("bob"), delegation_id=row.pk, now=NOW)
    assert office.waiting(office.ask(BOB)) == {"bob"}


def test_handing_on(office: Office) -> None:
    request = office.ask(BOB)
    task = ApprovalTask.objects.get()
    for name in ("ann", "fay"):
        with pytest.raises(Forbidden):
            reassign(voice=office.voice(name), task_id=task.pk, to="cleo.acme", now=NOW)
    new = reassign(voice=office.voice("bob"), task_id=task.pk, to="cleo@acme.example", comment="Yours.", now=NOW)
    assert office.waiting(request) == {"cleo"}
    # Bob takes it back.
    reassign(voice=office.voice("bob"), task_id=new.pk, to="bob.acme", now=NOW)
    assert office.waiting(request) == {"bob"}
    assert_replays(request)


@pytest.mark.parametrize("to", ["ann.acme", "ann@acme.example", "finance", "Nobody", "", "cleo.acme"])
def test_to_whom_it_cannot_be_handed(office: Office, to: str) -> None:
    office.ask({"approvers": ["bob.acme", "cleo.acme"]})
    task = ApprovalTask.objects.get(user=office.people["bob"])
    with pytest.raises(ValidationError) as error:
        reassign(voice=office.voice("root"), task_id=task.pk, to=to, now=NOW)
    assert "to" in error.value.message_dict


def test_somebody_leaves(office: Office) -> None:
    request = office.ask({**BOB, "escalateTo": ["cleo.acme"]})
    Membership.objects.get(user=office.people["bob"]).delete()
    sweep(now=NOW)
    assert office.waiting(request) == {"cleo"}
    assert_replays(request)
    office.people["cleo"].is_active = False
    office.people["cleo"].save()
    sweep(now=NOW)
    assert office.waiting(request) == {"root"}


def test_the_last_one_leaves(office: Office) -> None:
    request = office.ask(BOB, by="root")
    Membership.objects.get(user=office.people["bob"]).delete()
    sweep(now=NOW)
    assert fresh(request).state == "expired"
    assert "nobody else can decide" in fresh(request).reason
    assert_replays(request)


def test_who_asks_does_not_choose_who_decides(office: Office) -> None:
    """An administrator asks, and would hand the task on to an address of their own."""
    office.ask({"approvers": ["max.acme"]}, by="root")
    task = ApprovalTask.objects.get()
    with pytest.raises(Forbidden, match="not for you to choose"):
        reassign(voice=office.voice("root"), task_id=task.pk, to="root.private@elsewhere.example", now=NOW)


def test_others_are_replaced_by_members_alone(office: Office) -> None:
    office.ask(BOB)
    task = ApprovalTask.objects.get()
    with pytest.raises(ValidationError, match="only a member"):
        reassign(voice=office.voice("root"), task_id=task.pk, to="somebody@elsewhere.example", now=NOW)
    assert reassign(voice=office.voice("bob"), task_id=task.pk, to="somebody@elsewhere.example", now=NOW).user is None


def test_one_person_is_one_voice_also_by_an_address(office: Office) -> None:
    request = office.ask({"approvers": ["zoe@acme.example", "max.acme"], "mode": "2"})
    office.person("zoe")
    task = ApprovalTask.objects.get(user=office.people["max"])
    with pytest.raises(ValidationError, match="asked at this level already"):
        reassign(voice=office.voice("max"), task_id=task.pk, to="zoe.acme", now=NOW)
    assert fresh(request).state == "waiting"


def test_what_is_left_is_enough_when_somebody_leaves(office: Office) -> None:
    request = office.ask({"approvers": ["finance"]}, by="root", collectAll=True)
    office.decide(request, "fay")
    Membership.objects.get(user=office.people["finn"]).delete()
    sweep(now=NOW)
    assert fresh(request).state == "approved"
    assert_replays(request)


def test_a_no_stays_a_no_when_somebody_leaves(office: Office) -> None:
    request = office.ask({"approvers": ["finance"], "mode": "all"}, by="root", collectAll=True)
    office.decide(request, "fay", "reject")
    Membership.objects.get(user=office.people["finn"]).delete()
    sweep(now=NOW)
    assert fresh(request).state == "rejected"
    assert_replays(request)


@pytest.fixture
def publication(office: Office) -> ApprovalRequest:
    """Root wants to publish, and Sam is the only other who may approve; nobody else may."""
    office.person("sam", "approver")
    office.account.requires_four_eyes = True
    office.account.save()
    with pytest.raises(PublishDeferred):
        publish(actor=office.actor("root"), workflow=draft(office.actor("root")), now=NOW)
    return ApprovalRequest.objects.get()


def test_nobody_stands_in_for_publications_who_may_not_approve_them(
    office: Office, publication: ApprovalRequest
) -> None:
    away(office, "sam", "bob")
    assert office.waiting(publication) == {"sam"}
    with pytest.raises(ValidationError, match="may not approve"):
        reassign(voice=office.voice("sam"), task_id=ApprovalTask.objects.get().pk, to="bob.acme", now=NOW)


def test_who_may_no_longer_approve_publications_is_replaced(office: Office, publication: ApprovalRequest) -> None:
    office.person("sid", "admin")
    Membership.objects.filter(user=office.people["sam"]).update(role="viewer")
    sweep(now=NOW)
    assert office.waiting(publication) == {"sid"}
