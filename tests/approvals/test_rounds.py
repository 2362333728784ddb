"""Changing a request, taking it back, and what becomes of what was said before."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.amend import amend
from opsflows.approvals.attach import attach_file, open_attachment
from opsflows.approvals.comment import add_comment
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, NeedsLogin, Settled
from opsflows.approvals.links.tokens import find_token, make_token
from opsflows.approvals.models import ApprovalAttachment, ApprovalDecision, ApprovalTask
from opsflows.approvals.recall import recall
from opsflows.approvals.voice import voice_of_chat, voice_of_link
from opsflows.files.configure import store_of
from opsflows.files.store import FileProblem
from tests.approvals.office import NOW, Office, assert_replays, fresh

BOB = {"name": "Bob", "approvers": ["bob.acme"]}
ABOVE = {"field": "request.amount", "operator": "greater_than", "value": 1000}
CLEO = {"name": "CFO", "approvers": ["cleo.acme"], "when": ABOVE}


def test_changes_are_asked_for_made_and_approved(office: Office) -> None:
    request = office.ask(BOB, amount=500)
    office.decide(request, "bob", "changes", "Which model?")
    assert (fresh(request).state, office.waiting(request)) == ("changes_requested", set())
    amend(voice=office.voice("ann"), request_id=request.pk, title="New laptop, 14 inch", note="The small one.", now=NOW)
    assert (fresh(request).round_number, office.waiting(request)) == (2, {"bob"})
    assert office.decide(request, "bob").state == "approved"
    assert [each.round.number for each in ApprovalTask.objects.filter(request=request)] == [1, 2]
    assert_replays(request)


def test_what_was_decided_before_counts_no_more(office: Office) -> None:
    request = office.ask(BOB, CLEO, amount=500)
    old = ApprovalTask.objects.get()
    raw = make_token(old, now=NOW)
    amend(voice=office.voice("ann"), request_id=request.pk, amount="5000", now=NOW)
    office.decide(request, "bob")
    assert office.waiting(request) == {"cleo"}
    token = find_token(raw)
    assert token is not None
    with pytest.raises(Settled, match="has changed since"):
        decide(voice=voice_of_link(token.task), task_id=old.pk, verdict="approve", seen=None, now=NOW)
    assert_replays(request)


def test_a_decision_is_bound_to_what_was_shown(office: Office) -> None:
    request = office.ask(BOB)
    task = ApprovalTask.objects.get()
    with pytest.raises(Changed):
        decide(voice=office.voice("bob"), task_id=task.pk, verdict="approve", seen="0" * 64, now=NOW)
    shown = request.rounds.get().content_hash
    decide(voice=office.voice("bob"), task_id=task.pk, verdict="approve", seen=shown, now=NOW)
    decision = ApprovalDecision.objects.get()
    assert (decision.content_hash, decision.identity, decision.door) == (shown, "login", "page")


def test_only_who_asks_changes_it(office: Office) -> None:
    request = office.ask(BOB)
    for name in ("bob", "fay"):
        with pytest.raises(Forbidden):
            amend(voice=office.voice(name), request_id=request.pk, title="Else", now=NOW)
        with pytest.raises(Forbidden):
            recall(voice=office.voice(name), request_id=request.pk, now=NOW)
    with pytest.raises(ValidationError, match="Nothing is different"):
        amend(voice=office.voice("ann"), request_id=request.pk, title="New laptop", now=NOW)


def test_taken_back(office: Office) -> None:
    request = office.ask(BOB)
    assert recall(voice=office.voice("ann"), request_id=request.pk, now=NOW).state == "recalled"
    with pytest.raises(Settled, match="recalled"):
        recall(voice=office.voice("root"), request_id=request.pk, now=NOW)
    with pytest.raises(Settled, match="recalled"):
        office.decide(request, "bob")
    assert_replays(request)


def test_a_link_decides_where_the_policy_lets_it(office: Office) -> None:
    request = office.ask(BOB, amount=1001, loginAbove=1000)
    task = ApprovalTask.objects.get()
    for voice in (voice_of_link(task), voice_of_chat(task)):
        with pytest.raises(NeedsLogin):
            decide(voice=voice, task_id=task.pk, verdict="approve", seen=None, now=NOW)
    small = office.ask(BOB, amount=1000, loginAbove=1000)
    other = ApprovalTask.objects.get(request=small)
    with pytest.raises(Forbidden, match="another request"):
        decide(voice=voice_of_link(task), task_id=other.pk, verdict="approve", seen=None, now=NOW)
    decide(voice=voice_of_link(other), task_id=other.pk, verdict="approve", seen=None, now=NOW)
    assert fresh(small).state == "approved"
    assert ApprovalDecision.objects.get().identity == "link"
    assert fresh(request).state == "waiting"


def test_where_a_login_is_needed_bare_addresses_are_not_asked(office: Office) -> None:
    request = office.ask({"approvers": ["lawyer@outside.example"]}, loginAlways=True)
    assert office.waiting(request) == {"root"}


def test_a_file_begins_a_round(office: Office, settings: object) -> None:
    request = office.ask(BOB)
    with pytest.raises(ValidationError, match="no name"):
        attach_file(voice=office.voice("ann"), request_id=request.pk, name="/", content=BytesIO(b"x"), now=NOW)
    attach_file(
        voice=office.voice("ann"), request_id=request.pk, name="../offer.pdf", content=BytesIO(b"%PDF"), now=NOW
    )
    assert fresh(request).round_number == 2
    row, content = open_attachment(actor=office.actor("bob"), attachment_id=ApprovalAttachment.objects.get().pk)
    assert (row.name, b"".join(content.pieces)) == ("offer.pdf", b"%PDF")
    with pytest.raises(ApprovalAttachment.DoesNotExist):
        open_attachment(actor=office.actor("fay"), attachment_id=row.pk)
    assert_replays(request)


def test_comments_are_for_who_takes_part(office: Office) -> None:
    request = office.ask(BOB)
    add_comment(voice=office.voice("bob"), request_id=request.pk, text="Is this the cheap one?", now=NOW)
    with pytest.raises(Forbidden):
        add_comment(voice=office.voice("fay"), request_id=request.pk, text="Me too", now=NOW)


def test_another_account_sees_nothing(office: Office) -> None:
    request = office.ask(BOB)
    other = Office("beta")
    other.person("eve", "admin")
    voice = other.voice("eve")
    task = ApprovalTask.objects.get()
    with pytest.raises(ApprovalTask.DoesNotExist):
        decide(voice=voice, task_id=task.pk, verdict="approve", seen=None, now=NOW)
    with pytest.raises(type(request).DoesNotExist):
        recall(voice=voice, request_id=request.pk, now=NOW)


def test_who_changes_it_asks_for_it(office: Office) -> None:
    """Nobody is known to ask: an administrator changes it, and then does not decide about it."""
    request = office.ask({"approvers": ["role:admin", "bob.acme"]}, by=None)
    amend(voice=office.voice("root"), request_id=request.pk, title="A car", now=NOW)
    assert office.waiting(request) == {"bob"}
    theirs = office.ask(BOB, by="ann")
    with pytest.raises(Forbidden, match="Only Ann"):
        amend(voice=office.voice("root"), request_id=theirs.pk, title="A car", now=NOW)


def test_a_file_that_was_changed_is_not_served(office: Office) -> None:
    request = office.ask(BOB)
    row = attach_file(voice=office.voice("ann"), request_id=request.pk, name="a.pdf", content=BytesIO(b"%PDF"), now=NOW)
    store_of(office.account.pk).change(row.stored_as, lambda _: b"%PDX", key="other", at=NOW)
    with pytest.raises(FileProblem, match="was changed"):
        open_attachment(actor=office.actor("bob"), attachment_id=row.pk)
