"""What is wrong with a document, and where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opsflows.rules import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `place` as in messages (`actions[1].to`), and the `line` of the file; 0: not known."""

    place: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        said = f"{self.place}: {self.message}" if self.place else self.message
        return f"line {self.line}: {said}" if self.line else said


class Unreadable(ValueError):  # noqa: N818  (reads as the answer it becomes)
    """The document cannot be taken as it is; `faults` lists everything found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(map(str, self.faults)))


def located(problems: Iterable[Problem], lines: Mapping[str, int]) -> list[Fault]:
    """Problems with the line of the nearest place around them that the file has."""
    return [Fault(problem.path, problem.message, line_of(problem.path, lines)) for problem in problems]


def line_of(place: str, lines: Mapping[str, int]) -> int:
    """The line on which `place`, or what is around it, stands."""
    while place not in lines and place:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place, 0)
