"""Whom work can be given to, as a choice in a form."""

import uuid
from datetime import datetime

from opsflows.accounts.members import Members
from opsflows.accounts.models import Team
from opsflows.records.assignee import NOBODY, Assignee, member, whose_turn

_MOST = 500
_PERSON, _TEAM = "person:", "team:"


def offered(account_id: uuid.UUID) -> list[tuple[str, str]]:
    """The members and teams of the account."""
    teams = Team.objects.filter(account=account_id).order_by("name_key").values_list("name", flat=True)
    return [
        ("", "Nobody in particular"),
        *((f"{_PERSON}{user.pk}", user.get_full_name() or user.username) for user in Members(account_id).all()[:_MOST]),
        *((f"{_TEAM}{name}", f"{name}: whose turn it is") for name in teams[:_MOST]),
    ]


def choice_of(user_id: uuid.UUID | None) -> str:
    """The choice that is the person."""
    return f"{_PERSON}{user_id}" if user_id else ""


def chosen(choice: str, *, account_id: uuid.UUID, now: datetime) -> Assignee:
    """Who it is. Inside the caller's transaction: a team's turn moves on. Raises `ValidationError`."""
    if choice.startswith(_PERSON):
        return member(account_id=account_id, user_id=uuid.UUID(choice.removeprefix(_PERSON)))
    return whose_turn(account_id=account_id, name=choice.removeprefix(_TEAM), data=None, now=now) if choice else NOBODY
