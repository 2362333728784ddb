"""What the language says when a rule is wrong, or when a good rule meets data it cannot handle."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a rule."""

    path: str  #: Where in the rule, e.g. ``conditions.rules[1].operator``; empty for a text that stands alone.
    message: str  #: What is wrong and what would be right.

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RuleError(ValueError):
    """A rule that cannot be saved. `problems` lists everything that is wrong with it, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, path: str, message: str) -> "RuleError":
        """The error for one single problem."""
        return cls([Problem(path, message)])


class RenderError(Exception):
    """A text could not be made from this event: a limit was hit or a filter failed. The message says which."""


class FormulaError(Exception):
    """A formula has no result for this event, e.g. it divides by zero. The message says why."""
