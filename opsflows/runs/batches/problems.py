"""Rows that were left out: how many, and of the first of them why."""

from dataclasses import dataclass, field
from typing import Any

#: Rows whose reason is kept.
MOST_NOTED = 100


@dataclass(slots=True)
class Problems:
    """`noted` is for a JSON column: of each row its number in the list, and a sentence."""

    count: int = 0
    noted: list[list[Any]] = field(default_factory=list)

    def note(self, number: int, message: str) -> None:
        """One more row is left out."""
        self.count += 1
        if len(self.noted) < MOST_NOTED:
            self.noted.append([number, message])
