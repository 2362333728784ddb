"""Which value a field gets where several sources have one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from opsflows.rules.arithmetic import EXACT, to_decimal
from opsflows.rules.compare import as_moment, as_number, is_empty
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.steps.data.comparing import identity, instant
from opsflows.runs.steps.data.limits import DataError
from opsflows.runs.steps.data.paths import Reader

RuleName: TypeAlias = Literal[
    "not_empty", "first", "last", "newest", "longest", "max", "min", "sum", "collect", "source"
]
#: Rules that keep all values, so that none loses.
KEEPING_ALL = frozenset({"sum", "collect"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a field may get: of which source, and the whole entry that it stands in."""

    source: str
    value: Any
    entry: Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """The value that a field gets, and whose it is; nobody's where it is made of several."""

    value: Any
    winner: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field's conflicts are resolved. `newest` tells when an entry was changed."""

    name: RuleName
    newest: Reader | None = None
    source: str = ""


def choose(candidates: Sequence[Candidate], rule: Rule, *, field: str, zone: ZoneInfo) -> Chosen:
    """What the field gets. `candidates` are those that have it, in the order of the sources, at least one.

    Raises:
        DataError: the values are not what the rule can compare or add.
    """
    if rule.name in ("first", "last"):
        winner = candidates[0 if rule.name == "first" else -1]
        return Chosen(winner.value, winner.source)
    filled = [candidate for candidate in candidates if not is_empty(candidate.value)]
    if not filled:
        return Chosen(candidates[0].value, candidates[0].source)
    if rule.name == "sum":
        return Chosen(_sum(filled, field), filled[0].source if len(filled) == 1 else None)
    if rule.name == "collect":
        return Chosen(_collected(filled), filled[0].source if len(filled) == 1 else None)
    winner = _PICKS[rule.name](filled, rule, field, zone)
    return Chosen(winner.value, winner.source)


def _named(filled: Sequence[Candidate], rule: Rule, field: str, zone: ZoneInfo) -> Candidate:
    return next((candidate for candidate in filled if candidate.source == rule.source), filled[0])


def _longest(filled: Sequence[Candidate], rule: Rule, field: str, zone: ZoneInfo) -> Candidate:
    def length(candidate: Candidate) -> int:
        value = candidate.value
        return len(value) if isinstance(value, list | dict) else len(to_text(value))

    return max(filled, key=length)


def _newest(filled: Sequence[Candidate], rule: Rule, field: str, zone: ZoneInfo) -> Candidate:
    """An entry that doesn't say when it was changed loses against each that does."""

    def changed(candidate: Candidate) -> Any:
        moment = as_moment(rule.newest(candidate.entry), zone, numbers=True) if rule.newest else None
        return (moment is not None, instant(moment, zone).total_seconds() if moment is not None else 0.0)

    return max(filled, key=changed)


def _greatest(sign: int) -> Callable[[Sequence[Candidate], Rule, str, ZoneInfo], Candidate]:
    def pick(filled: Sequence[Candidate], rule: Rule, field: str, zone: ZoneInfo) -> Candidate:
        keys = _comparable(filled, field, zone)
        best = max(range(len(filled)), key=lambda index: keys[index] * sign)
        return filled[best]

    return pick


def _comparable(filled: Sequence[Candidate], field: str, zone: ZoneInfo) -> list[Any]:
    """All as numbers, or all as moments."""
    numbers = [as_number(candidate.value) for candidate in filled]
    if None not in numbers:
        return numbers
    moments = [as_moment(candidate.value, zone) for candidate in filled]
    found = [instant(moment, zone) for moment in moments if moment is not None]
    if len(found) == len(filled):
        return found
    said = ", ".join(f"{excerpt(candidate.value, 40)} of {candidate.source}" for candidate in filled[:3])
    raise DataError(f"{field}: max and min compare numbers with numbers or dates with dates, not {said}.")


def _sum(filled: Sequence[Candidate], field: str) -> Decimal:
    total = Decimal(0)
    for candidate in filled:
        number = to_decimal(candidate.value)
        if number is None:
            raise DataError(f"{field}: {excerpt(candidate.value)} of {candidate.source} is no number to add.")
        total = EXACT.add(total, number)
    return total


def _collected(filled: Sequence[Candidate]) -> list[Any]:
    """Each value once; lists are taken apart, so that tags of two sources become one list of tags."""
    found: dict[Any, Any] = {}
    for candidate in filled:
        for value in candidate.value if isinstance(candidate.value, list) else [candidate.value]:
            if not is_empty(value):
                found.setdefault(identity(value), value)
    return list(found.values())


_PICKS: dict[str, Callable[[Sequence[Candidate], Rule, str, ZoneInfo], Candidate]] = {
    "not_empty": lambda filled, rule, field, zone: filled[0],
    "newest": _newest,
    "longest": _longest,
    "max": _greatest(1),
    "min": _greatest(-1),
    "source": _named,
}
