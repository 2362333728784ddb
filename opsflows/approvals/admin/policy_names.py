"""Names in a policy that stand for nobody: said when it is saved, for the person may still be to come."""

import uuid
from collections.abc import Iterator

from opsflows.accounts.models import Recipient
from opsflows.accounts.names import name_key
from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient
from opsflows.accounts.roles import Role
from opsflows.approvals.plan import MANAGER, ROLE, Plan


def strangers(plan: Plan, *, account_id: uuid.UUID) -> list[str]:
    """What is to be said about names that nobody has, a sentence for each. Those an event will say are left out."""
    names = dict.fromkeys(name.strip() for level in plan.levels for name in (*level.approvers, *level.escalateTo))
    return [problem for name in names for problem in _problem(name, account_id)]


def warning(plan: Plan, *, account_id: uuid.UUID) -> str:
    """The same to be added to a sentence; empty where everybody is known."""
    found = strangers(plan, account_id=account_id)
    return f" But mind: {' '.join(found)} Until then, others are asked instead." if found else ""


def _problem(name: str, account_id: uuid.UUID) -> Iterator[str]:
    if "{" in name or name.casefold() == MANAGER:
        return
    if name.casefold().startswith(ROLE):
        role = name[len(ROLE) :].strip().casefold()
        if role not in Role.values:
            yield f"{role!r} is no role; there are {', '.join(Role.values)}."
        return
    try:
        resolve_recipient(account_id=account_id, name=name, data={})
    except UnknownRecipient as error:
        rows = Recipient.objects.filter(account=account_id, name_key=name_key(name))
        if not rows.exclude(event_field="").exists():
            yield str(error)
