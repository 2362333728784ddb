"""Who a name in a rule stands for: a person, a team, whoever the event names, or plain addresses.

A name is looked for among the recipients that staff keep, then among teams, then among members, so that staff decide
what the names in rules mean. Names compare as `opsflows.accounts.names` says.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from opsflows.accounts.members import Ambiguous, Members
from opsflows.accounts.models import Recipient, Team, User
from opsflows.accounts.names import name_key
from opsflows.accounts.turns import take_turn, taking_part
from opsflows.rules import lookup

_MOST_NAMES = 100
_WHERE = "under People and access, Recipients"


class UnknownRecipient(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """The name stands for nobody; the message names it and says where to add it."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a name stands for. `addresses` are all there are to write to, those of `people` included."""

    name: str
    people: tuple[User, ...]
    addresses: tuple[str, ...]


def resolve_recipient(*, account_id: uuid.UUID, name: str, data: Any) -> Resolved:
    """Everybody that `name` stands for: an email address, or the name of a recipient, a team or an active member.

    `data` is what the event carries; a recipient may point into it.

    Raises:
        UnknownRecipient: it stands for nobody.
    """
    return _Search(account_id, data).find(name)


def next_in_turn(*, account_id: uuid.UUID, name: str, data: Any, now: datetime) -> Resolved:
    """As `resolve_recipient`, but of a team only the next who takes part, and the turn moves on.

    Inside the caller's transaction, which holds the team's turn from then on.

    Raises:
        UnknownRecipient: it stands for nobody.
    """
    return _Search(account_id, data, turn_at=now).find(name)


class _Search:
    def __init__(self, account_id: uuid.UUID, data: Any, *, turn_at: datetime | None = None) -> None:
        self.account_id, self.data, self.turn_at = account_id, data, turn_at
        self.members = Members(account_id)

    def find(self, name: str) -> Resolved:
        name = name.strip()
        if not name:
            raise UnknownRecipient("The name is empty; give an email address, a person, a team or a recipient.")
        recipient = Recipient.objects.filter(account=self.account_id, name_key=name_key(name)).first()
        if recipient is not None and not recipient.is_nobody_yet:
            return self._behind(recipient)
        found = self._named(name)
        if found is None and recipient is not None:
            raise UnknownRecipient(f"{recipient.name!r} stands for nobody yet; say who it is {_WHERE}.")
        if found is None:
            raise UnknownRecipient(
                f"{name!r} is no email address, no member, no team and no recipient; correct it, or add it {_WHERE}."
            )
        return found

    def _behind(self, recipient: Recipient) -> Resolved:
        if recipient.team_id:
            return self._team(Team.objects.get(pk=recipient.team_id))
        if recipient.event_field:
            return self._from_event(recipient)
        if recipient.addresses:
            return _resolved(recipient.name, map(self._address, recipient.addresses.split()))
        if user := self.members.by_id(recipient.person_id):
            return _person(user)
        raise UnknownRecipient(
            f"{recipient.name!r} stands for somebody who is no active member any more; choose another {_WHERE}."
        )

    def _from_event(self, recipient: Recipient) -> Resolved:
        field = recipient.event_field
        value = lookup(self.data, field) if isinstance(self.data, Mapping) else None
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        names = [name.strip() for name in names if isinstance(name, str) and name.strip()]
        if not names:
            raise UnknownRecipient(
                f"{recipient.name!r} is whoever the event names in {field!r}, and this event names nobody there."
            )
        found = []
        # Not by `find`: a recipient that an event names could lead back here.
        for name in names[:_MOST_NAMES]:
            if (each := self._named(name)) is None:
                raise UnknownRecipient(
                    f"{recipient.name!r} is whoever the event names in {field!r}, and {name[:100]!r} there is no "
                    "email address, no member and no team."
                )
            found.append(each)
        return _resolved(found[0].name if len(found) == 1 else recipient.name, found)

    def _named(self, name: str) -> Resolved | None:
        """Who a name stands for that is no recipient's."""
        team = Team.objects.filter(account=self.account_id, name_key=name_key(name)).first()
        if team is not None:
            return self._team(team)
        try:
            user = self.members.by_name(name)
        except Ambiguous as error:
            raise UnknownRecipient(str(error)) from None
        if user is not None:
            return _person(user)
        return self._address(name) if _is_address(name) else None

    def _team(self, team: Team) -> Resolved:
        members = list(taking_part([team.pk]))
        if not members:
            raise UnknownRecipient(
                f"Nobody takes part in the team {team.name!r}; add somebody under People and access, Teams."
            )
        if self.turn_at is not None:
            members = [take_turn(team_id=team.pk, members=members, now=self.turn_at)]
        found = [_person(member.user) for member in members]
        return _resolved(team.name, found) if self.turn_at is None else found[0]

    def _address(self, address: str) -> Resolved:
        user = self.members.by_address(address)
        return Resolved(address, (user,) if user else (), (address,))


def _person(user: User) -> Resolved:
    return Resolved(user.get_full_name() or user.username, (user,), (user.email,) if user.email else ())


def _resolved(name: str, parts: Iterable[Resolved]) -> Resolved:
    parts = list(parts)
    return Resolved(
        name,
        tuple(dict.fromkeys(user for part in parts for user in part.people)),
        tuple({address.casefold(): address for part in parts for address in part.addresses}.values()),
    )


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
