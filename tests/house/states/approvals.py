"""Lives that requests for approval can lead, with their levels and tasks."""

from datetime import datetime, timedelta
from typing import Any

from opsflows.accounts.models import Membership
from opsflows.approvals.amend import amend
from opsflows.approvals.models import ApprovalRequest, ApprovalTask
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall, supersede
from opsflows.approvals.sweep import sweep
from tests.approvals.office import NOW, Office

BOB = {"approvers": ["bob.office"]}
CLEO = {"approvers": ["cleo.office"]}
NEVER = {"field": "request.amount", "operator": "greater_than", "value": 1}


def live_approvals() -> None:
    """Every transition of requests, levels and tasks, once at least."""
    office = Office("office")
    office.person("root", "admin")
    for name in ("ann", "bob", "cleo", "fay"):
        office.person(name)
    _decided(office)
    _ended(office)
    _late(office)
    _people(office)


def _decided(office: Office) -> None:
    office.decide(office.ask(BOB), "bob")
    office.decide(office.ask(BOB, CLEO), "bob", "reject")
    one_of_two = office.ask(
        {"approvers": ["bob.office", "cleo.office"]}, {**BOB, "when": NEVER}, BOB, skipRepeated=True
    )
    office.decide(one_of_two, "bob")
    office.ask({**BOB, "when": NEVER})
    changed = office.ask(BOB, CLEO)
    office.decide(changed, "bob", "changes")
    amend(voice=office.voice("ann"), request_id=changed.pk, title="Else", now=NOW)


def _ended(office: Office) -> None:
    for end in (recalled, replaced):
        end(office, office.ask(BOB, CLEO))
        asked = office.ask(BOB)
        office.decide(asked, "bob", "changes")
        end(office, asked)


def recalled(office: Office, request: ApprovalRequest) -> None:
    recall(voice=office.voice("ann"), request_id=request.pk, now=NOW)


def replaced(office: Office, request: ApprovalRequest) -> None:
    supersede(request_id=request.pk, account_id=office.account.pk, reason="Edited.", by=None, now=NOW)


def _late(office: Office) -> None:
    hour: dict[str, Any] = {**BOB, "timeout": "1 hour"}
    for what in ("approve", "reject", "expire"):
        office.ask({**hour, "onTimeout": what})
    office.ask({**hour, "onTimeout": "escalate", "escalateTo": ["cleo.office"]})
    waits = office.ask(BOB, amendWithin="1 hour")
    office.decide(waits, "bob", "changes")
    _pass(NOW + timedelta(hours=1))


def _people(office: Office) -> None:
    task = ApprovalTask.objects.filter(request=office.ask(BOB), state="open").get()
    reassign(voice=office.voice("bob"), task_id=task.pk, to="cleo.office", now=NOW)
    # Nobody but the administrator is left to ask, and they ask themselves.
    office.ask({"approvers": ["fay.office"]}, by="root")
    Membership.objects.get(user=office.people["fay"]).delete()
    _pass(NOW)


def _pass(now: datetime) -> None:
    while sweep(now=now):
        pass
