"""Who is meant by the names in a plan, and who of them can be asked about this request."""

import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parseaddr
from functools import cached_property
from typing import Any

from opsflows.accounts.members import Members
from opsflows.accounts.models import Membership, User
from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient
from opsflows.accounts.roles import PERMISSIONS, Permission, Role
from opsflows.approvals.models import ApprovalRequest, ApprovalTask, Delegation
from opsflows.approvals.people.person import Person, person_of
from opsflows.approvals.people.voices import Voices
from opsflows.approvals.plan import MANAGER, ROLE

#: Roles that may approve publications.
MAY_APPROVE = tuple(role for role, allowed in PERMISSIONS.items() if Permission.WORKFLOWS_APPROVE in allowed)
#: How many may stand in for one another in a row.
MAX_STAND_INS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is to be asked, and why it is them."""

    person: Person
    why: ApprovalTask.Why = ApprovalTask.Why.NAMED
    on_behalf_of: User | None = None


@dataclass(slots=True)
class Found:
    """Whom names stand for. `notes` say, in sentences, who could not be asked and why."""

    asked: list[Asked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: How many names stood for nobody who can be asked.
    missing: int = 0


class Finder:
    """Finds people for one request; reads members once."""

    def __init__(self, request: ApprovalRequest, *, needs_login: bool, now: datetime) -> None:
        self.request, self.needs_login, self.now = request, needs_login, now
        self.members = Members(request.account_id)

    def find(self, names: Iterable[str], *, why: ApprovalTask.Why = ApprovalTask.Why.NAMED) -> Found:
        """Everybody that `names` stand for, each once, the requester never; with those who stand in for the absent."""
        found, seen = Found(), Voices()
        for name in names:
            people = self._named(name, found)
            able = [person for person in people if self._can_be_asked(person, found)]
            if not able:
                found.missing += 1
            for person in able:
                if person not in seen:
                    seen.add(person)
                    found.asked.append(Asked(person, why))
        found.asked = self.with_stand_ins(found.asked, found.notes)
        return found

    def administrators(self, *, without: Voices) -> list[Asked]:
        """Those who are asked where nobody else can be."""
        rows = Membership.objects.filter(account=self.request.account_id, role=Role.ADMIN, user__is_active=True)
        people = [person_of(row.user) for row in rows.select_related("user").order_by("created_at", "id")]
        return [
            Asked(person, ApprovalTask.Why.FALLBACK)
            for person in people
            if person not in without and not self.is_requester(person) and self.may_decide(person)
        ]

    def is_requester(self, person: Person) -> bool:
        """Whether it is who asks: nobody decides their own request, by whichever of their addresses."""
        request = self.request
        if person.user is not None and person.user.pk == request.requester_id:
            return True
        address = request.requester_email.casefold()
        return bool(address) and person.email.casefold() == address

    def may_decide(self, person: Person) -> bool:
        """Whether they may decide about what is asked: of a publication, only with the permission to approve them."""
        if self.request.subject != ApprovalRequest.Subject.PUBLICATION:
            return True
        return person.user is not None and person.user.pk in self._approvers

    @cached_property
    def _approvers(self) -> set[uuid.UUID]:
        """Whoever may approve publications, read when the first is asked for."""
        rows = Membership.objects.filter(account=self.request.account_id, role__in=MAY_APPROVE)
        return set(rows.values_list("user_id", flat=True))

    def with_stand_ins(self, asked: Sequence[Asked], notes: list[str]) -> list[Asked]:
        """The same people, and in the place of those who are away, whoever stands in; nobody gets two voices."""
        taken = Voices(each.person for each in asked)
        found = []
        for each in asked:
            other = self.stand_in_of(each.person)
            if other is not None and other not in taken:
                taken.add(other)
                notes.append(f"{other.name} stands in for {each.person.name}.")
                each = replace(each, person=other, why=ApprovalTask.Why.DELEGATED, on_behalf_of=each.person.user)
            found.append(each)
        return found

    def stand_in_of(self, person: Person) -> Person | None:
        """Who is asked in the place of `person` at this moment; None: they are there, or nobody suitable stands in."""
        passed, current = {person.key}, person
        for _ in range(MAX_STAND_INS):
            user_id = _stand_in(self.request.account_id, current, self.now)
            user = self.members.by_id(user_id)
            if user is None:
                break
            current = person_of(user)
            if current.key in passed:
                return None
            passed.add(current.key)
        is_able = current.key != person.key and not self.is_requester(current) and self.may_decide(current)
        return current if is_able else None

    def _named(self, name: str, found: Found) -> list[Person]:
        name = name.strip()
        if name.casefold() == MANAGER:
            return self._manager(found)
        if name.casefold().startswith(ROLE):
            return self._role(name[len(ROLE) :].strip().casefold(), found)
        try:
            meant = resolve_recipient(account_id=self.request.account_id, name=name, data=event_of(self.request))
        except UnknownRecipient as error:
            found.notes.append(str(error))
            return []
        known = {user.email.casefold() for user in meant.people}
        rest = [address for address in meant.addresses if address.casefold() not in known]
        return [*map(person_of, meant.people), *(Person(address[:255], None, address) for address in rest)]

    def _manager(self, found: Found) -> list[Person]:
        rows = Membership.objects.filter(account=self.request.account_id, user=self.request.requester_id)
        row = rows.select_related("manager").first() if self.request.requester_id else None
        manager = self.members.by_id(row.manager_id) if row else None
        if manager is None:
            who = self.request.requester_name or "Whoever asks"
            found.notes.append(f"{who} has no manager here; set one under People and access, People.")
            return []
        return [person_of(manager)]

    def _role(self, role: str, found: Found) -> list[Person]:
        rows = Membership.objects.filter(account=self.request.account_id, role=role, user__is_active=True)
        people = [person_of(row.user) for row in rows.select_related("user").order_by("created_at", "id")]
        if not people:
            found.notes.append(f"Nobody has the role {role[:40]!r} here.")
        return people

    def _can_be_asked(self, person: Person, found: Found) -> bool:
        if self.is_requester(person):
            found.notes.append(f"{person.name} asks, and nobody decides their own request.")
            return False
        if not self.may_decide(person):
            found.notes.append(f"{person.name} may not approve what others want to publish.")
            return False
        if person.user is None and self.needs_login:
            found.notes.append(f"{person.name} has no account here, and this needs somebody who can sign in.")
            return False
        return True


def find_requester(*, account_id: uuid.UUID, name: str) -> Person | None:
    """Who asks, as an event names them: one member, or one address; None where nobody is named.

    Raises:
        ValueError: the name stands for nobody, or for several: nobody could be kept from deciding their own request.
    """
    name = "".join(sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) != "Cf").strip()
    if not name:
        return None
    address = parseaddr(name)[1] or name
    address = address.removeprefix("mailto:").strip(" .'\"")
    members = Members(account_id)
    if user := members.by_address(address):
        return person_of(user)
    try:
        meant = resolve_recipient(account_id=account_id, name=address if "@" in name else name, data={})
    except UnknownRecipient as error:
        raise ValueError(str(error)) from None
    if len(meant.people) == 1 and len(meant.addresses) <= 1:
        return person_of(meant.people[0])
    if meant.people or len(meant.addresses) != 1:
        raise ValueError(f"{name[:80]!r} stands for several people; name the one who asks.")
    return Person(meant.addresses[0][:255], None, meant.addresses[0])


def event_of(request: ApprovalRequest) -> Any:
    """What the event carries from which the request came, for recipients that point into it."""
    return request.scope.get("event", request.scope)


def _stand_in(account_id: uuid.UUID, person: Person, now: datetime) -> uuid.UUID | None:
    if person.user is None:
        return None
    rows = Delegation.objects.filter(
        account=account_id, person=person.user, starts_at__lte=now, ends_at__gt=now, revoked_at=None
    )
    return rows.order_by("-starts_at", "-id").values_list("stand_in_id", flat=True).first()
