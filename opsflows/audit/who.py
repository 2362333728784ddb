"""Who is behind what is being written, known to this room without being handed through every call.

A door (page, API, command) says who came in; history rows read it. Verbs do not: permission is a matter of the actor
that they are given.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Who:
    """A person (None: nobody in particular) and the door they came through, as `Actor.door` names it."""

    user_id: uuid.UUID | None = None
    door: str = "system"
    api_key_id: uuid.UUID | None = None


#: What writes on the house's own account: runs, schedules, upkeep.
HOUSE = Who()

_current: ContextVar[Who] = ContextVar("opsflows_who", default=HOUSE)
_reason: ContextVar[str] = ContextVar("opsflows_reason", default="")


def current_who() -> Who:
    """Who is behind the present call."""
    return _current.get()


def came_in(who: Who) -> None:
    """Say who came through the door; it holds until the enclosing `acting` ends."""
    _current.set(who)


@contextmanager
def acting(who: Who) -> Iterator[None]:
    """Everything inside is done by `who`."""
    token = _current.set(who)
    try:
        yield
    finally:
        _current.reset(token)


def current_reason() -> str:
    """Why the present call writes, where that is not told by who is behind it; empty otherwise."""
    return _reason.get()


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Whatever is written inside is written for `reason`: the run whose step it is, the secret that was added."""
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)
