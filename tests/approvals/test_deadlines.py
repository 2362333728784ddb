"""What happens when nobody answers: reminders, escalation, and what the policy says at the end."""

import pytest

from opsflows.approvals.models import ApprovalMessage, ApprovalRequest, ApprovalTask
from opsflows.approvals.sweep import sweep
from opsflows.events.models import Event
from tests.approvals.office import Office, assert_replays, fresh, later

BOB = {"name": "Bob", "approvers": ["bob.acme"], "timeout": "48 hours"}


@pytest.mark.parametrize(
    ("at_deadline", "state"), [("expire", "expired"), ("reject", "rejected"), ("approve", "approved")]
)
def test_the_deadline_decides(office: Office, at_deadline: str, state: str) -> None:
    request = office.ask({**BOB, "onTimeout": at_deadline})
    sweep(now=later(hours=47, minutes=59))
    assert fresh(request).state == "waiting"
    sweep(now=later(hours=48))
    assert fresh(request).state == state
    assert ApprovalTask.objects.get().state == "expired"
    assert_replays(request)
    assert Event.objects.filter(name=f"approval.{state}").count() == 1


def test_it_escalates_once_and_then_expires(office: Office) -> None:
    request = office.ask({**BOB, "onTimeout": "escalate", "escalateTo": ["cleo.acme"]})
    sweep(now=later(hours=48))
    assert office.waiting(request) == {"cleo"}
    assert_replays(request)
    sweep(now=later(hours=95))
    assert fresh(request).state == "waiting"
    sweep(now=later(hours=96))
    assert fresh(request).state == "expired"
    assert_replays(request)


def test_whom_it_escalates_to_decides(office: Office) -> None:
    request = office.ask(
        {
            "approvers": ["finance"],
            "mode": "all",
            "timeout": "1 day",
            "onTimeout": "escalate",
            "escalateTo": ["cleo.acme"],
        }
    )
    office.decide(request, "fay")
    sweep(now=later(days=1))
    assert office.waiting(request) == {"cleo"}
    assert office.decide(request, "cleo", now=later(days=1)).state == "approved"
    assert_replays(request)


def test_answers_that_came_are_enough(office: Office) -> None:
    request = office.ask({"approvers": ["finance"], "timeout": "1 day"}, collectAll=True)
    office.decide(request, "fay")
    sweep(now=later(days=1))
    assert fresh(request).state == "approved"
    assert_replays(request)


def test_reminders(office: Office) -> None:
    request = office.ask({**BOB, "timeout": "3 days", "remindEvery": "1 day"})
    for day in (1, 2):
        sweep(now=later(days=day))
        sweep(now=later(days=day, hours=1))
    reminders = ApprovalMessage.objects.filter(purpose="remind")
    assert list(reminders.values_list("number", "address")) == [(1, "bob@acme.example"), (2, "bob@acme.example")]
    assert fresh(request).state == "waiting"
    assert_replays(request)


def test_business_hours_are_the_account_s(office: Office) -> None:
    """Asked on Friday at 16:00: two business hours end on Monday at 10:00."""
    request = office.ask({**BOB, "timeout": "2 business hours"}, now=later(days=4, hours=7))
    level = request.rounds.get().levels.get()
    assert level.due_at == later(days=7, hours=1)


def test_changes_are_waited_for_so_long(office: Office) -> None:
    request = office.ask(BOB, amendWithin="2 days")
    office.decide(request, "bob", "changes", "Which model?")
    assert fresh(request).state == "changes_requested"
    assert_replays(request)
    sweep(now=later(days=2))
    assert fresh(request).state == "expired"
    assert "not made in time" in fresh(request).reason


def test_one_that_fails_does_not_hold_up_the_others(office: Office) -> None:
    broken, good = office.ask(BOB), office.ask(BOB)
    ApprovalRequest.objects.filter(pk=broken.pk).update(plan={"levels": "nonsense"})
    sweep(now=later(days=3))
    assert (fresh(broken).state, fresh(good).state) == ("waiting", "expired")


@pytest.mark.parametrize("mode", ["all", "2"])
@pytest.mark.parametrize("at_deadline", ["approve", "escalate", "expire"])
def test_a_no_is_not_overruled_by_silence(office: Office, mode: str, at_deadline: str) -> None:
    level = {"approvers": ["finance", "bob.acme"], "mode": mode, "timeout": "1 day", "onTimeout": at_deadline}
    request = office.ask({**level, "escalateTo": ["cleo.acme"]}, collectAll=True)
    office.decide(request, "fay", "reject")
    office.decide(request, "finn", "reject")
    sweep(now=later(days=1))
    assert fresh(request).state == "rejected"
    assert_replays(request)
