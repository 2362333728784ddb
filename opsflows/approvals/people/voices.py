"""Who has a voice already: the same person counts once, also where they were first asked by a bare address."""

from collections.abc import Iterable

from opsflows.approvals.models import ApprovalTask
from opsflows.approvals.people.person import Person


class Voices:
    """People, each of whom is found again as a member or by the address that they were asked at.

    Two members who share one address are two people.
    """

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._members: set[object] = set()
        self._addresses: set[str] = set()
        self._bare: set[str] = set()
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """They have one from now on."""
        address = person.email.casefold()
        if person.user is not None:
            self._members.add(person.user.pk)
            self._addresses |= {address} - {""}
        else:
            self._bare.add(address)

    def __contains__(self, person: Person) -> bool:
        address = person.email.casefold()
        if person.user is not None:
            return person.user.pk in self._members or address in self._bare
        return address in self._bare or address in self._addresses


def voices_of(tasks: Iterable[ApprovalTask]) -> Voices:
    """Those of `tasks`, whose users are loaded."""
    return Voices(person_asked(task) for task in tasks)


def person_asked(task: ApprovalTask) -> Person:
    """Whom a task is for."""
    return Person(task.name, task.user, task.email)
