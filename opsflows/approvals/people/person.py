"""Somebody who is asked, or who asks."""

from dataclasses import dataclass

from opsflows.accounts.models import User
from opsflows.approvals.voice import called


@dataclass(frozen=True, slots=True)
class Person:
    """A member, or somebody known by an address alone."""

    name: str
    user: User | None = None
    email: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The same for the same person."""
        return ("user", str(self.user.pk)) if self.user else ("email", self.email.casefold())


def person_of(user: User) -> Person:
    """A member as somebody to be asked."""
    return Person(called(user), user, user.email)
