"""Levels: who is asked, who has to say yes, and what ends it."""

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.errors import Settled
from opsflows.approvals.models import ApprovalDecision, ApprovalLevel, ApprovalTask
from opsflows.events.models import Event
from tests.approvals.office import Office, assert_replays, fresh

MANAGER = {"name": "Manager", "approvers": ["manager"]}
FINANCE = {"name": "Finance", "approvers": ["finance"]}
ABOVE = {"field": "request.amount", "operator": "greater_than", "value": 5000}
CFO = {"name": "CFO", "approvers": ["cleo@acme.example"], "when": ABOVE}


def test_levels_follow_one_another(office: Office) -> None:
    request = office.ask(MANAGER, FINANCE, CFO, amount=7000)
    assert office.waiting(request) == {"max"}
    office.decide(request, "max")
    assert office.waiting(request) == {"fay", "finn"}
    office.decide(request, "finn")
    assert office.waiting(request) == {"cleo"}
    assert office.decide(request, "cleo").state == "approved"
    assert_replays(request)
    names = set(Event.objects.values_list("name", flat=True))
    assert names == {"approval.requested", "approval.decided", "approval.approved"}


def test_a_condition_leaves_a_level_out(office: Office) -> None:
    request = office.ask(MANAGER, CFO, amount=5000)
    assert office.decide(request, "max").state == "approved"
    assert list(ApprovalLevel.objects.values_list("name", "state")) == [("Manager", "approved"), ("CFO", "left_out")]


def test_nothing_needed_is_approved_and_says_so(office: Office) -> None:
    request = office.ask(CFO, amount=10)
    assert (request.state, request.reason) == ("approved", "No level was needed for this request.")


def test_the_first_rejection_ends_it(office: Office) -> None:
    request = office.ask({"approvers": ["finance"], "mode": "all"}, CFO, amount=9000)
    office.decide(request, "fay", "reject", "Too expensive.")
    assert (fresh(request).state, office.waiting(request)) == ("rejected", set())
    with pytest.raises(Settled, match="rejected"):
        office.decide(request, "finn")
    assert_replays(request)


def test_collecting_all_answers(office: Office) -> None:
    request = office.ask({"approvers": ["fay.acme", "finn.acme", "bob.acme"], "mode": "2"}, collectAll=True)
    office.decide(request, "fay", "reject", "No.")
    office.decide(request, "finn")
    assert fresh(request).state == "waiting"
    assert office.decide(request, "bob").state == "approved"
    assert_replays(request)


@pytest.mark.parametrize(("mode", "count"), [("one", 1), ("2", 2), ("all", 3)])
def test_how_many_have_to_say_yes(office: Office, mode: str, count: int) -> None:
    request = office.ask({"approvers": ["finance", "bob.acme"], "mode": mode})
    for number, name in enumerate(("fay", "finn", "bob"), start=1):
        office.decide(request, name)
        assert fresh(request).state == ("approved" if number == count else "waiting")
        if number == count:
            break
    assert_replays(request)


def test_levels_that_are_asked_together(office: Office) -> None:
    legal = {"name": "Legal", "approvers": ["bob.acme"]}
    request = office.ask(legal, {**FINANCE, "together": True}, {"approvers": ["cleo.acme"]})
    assert office.waiting(request) == {"bob", "fay", "finn"}
    office.decide(request, "bob")
    assert office.waiting(request) == {"fay", "finn"}
    office.decide(request, "fay")
    assert office.waiting(request) == {"cleo"}


def test_together_one_rejection_ends_both(office: Office) -> None:
    request = office.ask({"approvers": ["bob.acme"]}, {**FINANCE, "together": True})
    assert office.decide(request, "bob", "reject", "No.").state == "rejected"
    assert office.waiting(request) == set()
    assert_replays(request)


def test_nobody_decides_their_own(office: Office) -> None:
    request = office.ask({"approvers": ["fay.acme", "finn.acme"]}, by="fay")
    assert office.waiting(request) == {"finn"}
    alone = office.ask({"approvers": ["root.acme"]}, by="fay")
    task = ApprovalTask.objects.get(request=alone)
    task.user = office.people["fay"]
    task.save()
    with pytest.raises(Forbidden, match="yourself"):
        office.decide(alone, "fay")


def test_where_nobody_named_can_be_asked_an_administrator_is(office: Office) -> None:
    request = office.ask(MANAGER, by="bob")
    assert office.waiting(request) == {"root"}
    assert ApprovalTask.objects.get().why == "fallback"


def test_where_nobody_at_all_can_be_asked_it_ends_and_says_why(office: Office) -> None:
    request = office.ask(MANAGER, by="root")
    assert request.state == "expired"
    assert "1 person has to approve, and 0 can be asked" in request.reason
    assert_replays(request)


def test_all_means_all_that_were_named(office: Office) -> None:
    """A name that stands for nobody is made up for; it does not make the rule weaker."""
    request = office.ask({"approvers": ["bob.acme", "Nobody At All"], "mode": "all"})
    assert office.waiting(request) == {"bob", "root"}
    office.decide(request, "bob")
    assert fresh(request).state == "waiting"


def test_who_approved_before_is_not_asked_again(office: Office) -> None:
    request = office.ask(MANAGER, {"approvers": ["max.acme"]}, FINANCE, skipRepeated=True)
    office.decide(request, "max")
    assert office.waiting(request) == {"fay", "finn"}
    assert_replays(request)


def test_a_bare_address_is_asked(office: Office) -> None:
    request = office.ask({"approvers": ["lawyer@outside.example"]})
    assert office.waiting(request) == {"lawyer@outside.example"}


def test_roles_and_variables(office: Office) -> None:
    names = ["{{owner.email}}", "role:admin"]
    request = office.ask({"approvers": names}, scope={"owner": {"email": "bob@acme.example"}})
    assert office.waiting(request) == {"bob", "root"}


def test_why_is_asked_for(office: Office) -> None:
    request = office.ask(FINANCE)
    with pytest.raises(ValidationError) as error:
        office.decide(request, "fay", "reject", " ")
    assert "comment" in error.value.message_dict
    with pytest.raises(ValidationError) as error:
        office.decide(request, "fay", "maybe")
    assert "verdict" in error.value.message_dict
    assert not ApprovalDecision.objects.exists()


def test_only_who_is_asked_decides(office: Office) -> None:
    request = office.ask(FINANCE)
    for name in ("root", "bob", "ann"):
        with pytest.raises(ApprovalTask.DoesNotExist):
            office.decide(request, name)
