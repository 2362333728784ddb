"""Whom work goes to: a name as a rule or a form gives it, and the person behind it, if there is one."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from opsflows.accounts.members import Members
from opsflows.accounts.models import User
from opsflows.accounts.resolve_recipient import UnknownRecipient, next_in_turn

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Assignee:
    """The name that was given, and who it is. `note` says why a name has no person."""

    name: str = ""
    person: User | None = None
    note: str = ""


NOBODY = Assignee()


def whose_turn(*, account_id: uuid.UUID, name: str, data: Any, now: datetime) -> Assignee:
    """Whom `name` stands for; of a team, the next in turn. A name that stands for nobody is kept with a note.

    Inside the caller's transaction. `data` is what the event carries; a name may point into it.
    """
    name = name.strip()[:LONGEST_NAME]
    if not name:
        return NOBODY
    try:
        found = next_in_turn(account_id=account_id, name=name, data=data, now=now)
    except UnknownRecipient as unknown:
        return Assignee(name, note=f"Assigned to nobody yet: {unknown}")
    if not found.people:
        return Assignee(name, note=f"Assigned to nobody yet: {name!r} is no member of this account.")
    return Assignee(name, found.people[0])


def member(*, account_id: uuid.UUID, user_id: uuid.UUID) -> Assignee:
    """The person `user_id`; a form error unless they are an active member of the account."""
    person = Members(account_id).by_id(user_id)
    if person is None:
        raise ValidationError({"person": "Choose an active member of this account."})
    return Assignee((person.get_full_name() or person.username)[:LONGEST_NAME], person)
