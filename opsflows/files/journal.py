"""Which changes were made already, by their keys: the newest of them, and up to when older ones were forgotten."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.files.store import FileProblem

#: Changes that are remembered of one object. Each is shorter than the line that it appended.
KEPT = 20_000
#: Digits that a key is remembered by.
_DIGITS = 20


def short(key: str) -> str:
    """`key` as it is remembered."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Mark:
    """One change: its key, and the millisecond in which it was first meant."""

    key: str
    moment: int


@dataclass(frozen=True, slots=True)
class Journal:
    """The changes that were made, in the order in which they were meant; those up to `forgotten` may be missing."""

    marks: tuple[Mark, ...] = ()
    forgotten: int = -1

    def holds(self, mark: Mark) -> bool:
        """Whether the change was made.

        Raises:
            FileProblem: nobody can tell, because it is older than what is remembered.
        """
        if any(known.key == mark.key for known in self.marks):
            return True
        if mark.moment <= self.forgotten:
            raise cannot_be_told()
        return False

    def and_then(self, mark: Mark) -> "Journal":
        """With one more, and of all the newest `KEPT`."""
        marks = sorted([*self.marks, mark], key=lambda each: each.moment)
        dropped = marks[: max(0, len(marks) - KEPT)]
        return Journal(tuple(marks[len(dropped) :]), max([self.forgotten, *(each.moment for each in dropped)]))


def mark_of(key: str, at: datetime) -> Mark:
    """The mark of a change that was first meant `at`."""
    return Mark(short(key), int(at.timestamp() * 1000))


def to_bytes(journal: Journal, **beside: Any) -> bytes:
    """As it is written down, with what else belongs there."""
    marks = [[mark.key, mark.moment] for mark in journal.marks]
    return json.dumps({"marks": marks, "forgotten": journal.forgotten, **beside}, separators=(",", ":")).encode()


def from_bytes(text: bytes | None) -> tuple[Journal, dict[str, Any]]:
    """What was written down, and what else; nothing where there is none yet.

    Raises:
        FileProblem: somebody spoilt it, so that it can't be told what was done.
    """
    if text is None:
        return Journal(), {}
    try:
        read = json.loads(text)
        marks = tuple(Mark(str(key), int(moment)) for key, moment in read.pop("marks"))
        return Journal(marks, int(read.pop("forgotten"))), read
    except (ValueError, TypeError, KeyError, AttributeError):
        raise spoilt() from None


def cannot_be_told() -> FileProblem:
    """The problem of a change that is older than what is remembered."""
    return FileProblem(
        "So much was written since this was first meant that it can't be told whether it was done already. Look at the "
        "file.",
        is_unclear=True,
    )


def spoilt() -> FileProblem:
    """The problem of a journal that cannot be read."""
    return FileProblem("The journal of changes was spoilt from outside; an administrator has to look.")
