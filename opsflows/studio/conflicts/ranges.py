"""Whether any number, or any day, is left by what comparisons say about it."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from opsflows.rules.compare import as_number
from opsflows.studio.conflicts.comparisons import Comparison, as_day
from opsflows.studio.conflicts.relative import earliest, no_moment_between

Number = int | Decimal

_OPPOSITE = {
    "greater_than": "less_or_equal",
    "less_than": "greater_or_equal",
    "greater_or_equal": "less_than",
    "less_or_equal": "greater_than",
}
#: Days by which a moment's day may differ with the zone in which it is read.
_SLACK = 2


@dataclass
class Range:
    """Numbers from `low` to `high`, without the `gaps` and the `forbidden`; of `allowed`, where that is not None."""

    low: Number | None = None
    high: Number | None = None
    is_above: bool = False  #: `low` itself is not in it.
    is_below: bool = False  #: `high` itself is not in it.
    allowed: set[Number] | None = None
    forbidden: set[Number] = field(default_factory=set)
    gaps: list[tuple[Number, Number]] = field(default_factory=list)

    def only(self, numbers: Iterable[Number]) -> None:
        self.allowed = set(numbers) if self.allowed is None else self.allowed & set(numbers)

    def bound(self, operator: str, limit: Number) -> None:
        if operator.startswith("greater"):
            strict = operator == "greater_than"
            if self.low is None or (limit, strict) > (self.low, self.is_above):
                self.low, self.is_above = limit, strict
        else:
            strict = operator == "less_than"
            if self.high is None or (limit, not strict) < (self.high, not self.is_below):
                self.high, self.is_below = limit, strict

    def holds(self, number: Number) -> bool:
        if self.low is not None and (number < self.low or (self.is_above and number == self.low)):
            return False
        if self.high is not None and (number > self.high or (self.is_below and number == self.high)):
            return False
        return number not in self.forbidden and not any(low <= number <= high for low, high in self.gaps)

    @property
    def is_empty(self) -> bool:
        if self.allowed is not None:
            return not any(self.holds(number) for number in self.allowed)
        if self.low is None or self.high is None:
            return False
        if self.low >= self.high:
            return self.low > self.high or not self.holds(self.low)
        return any(low <= self.low and self.high <= high for low, high in self.gaps)


def no_number(comparisons: Sequence[Comparison], *, as_text: bool) -> bool:
    """Whether no number, or with `as_text` no text that spells one, is left. What is said of its digits is not seen."""
    left = Range()
    for each in comparisons:
        expected, wants = each.leaf.expected, each.wants
        if each.operator in _OPPOSITE:
            limit = as_number(expected)
            if limit is None:
                # A date is on no side of a number.
                if wants:
                    return True
                continue
            left.bound(each.operator if wants else _OPPOSITE[each.operator], limit)
        elif each.operator == "between":
            low, high = as_number(expected[0]), as_number(expected[1])
            if low is None or high is None:
                if wants:
                    return True
            elif wants:
                left.bound("greater_or_equal", low)
                left.bound("less_or_equal", high)
            else:
                left.gaps.append((low, high))
        elif each.operator in ("equals", "in"):
            items = expected if each.operator == "in" else [expected]
            if wants:
                left.only(number for item in items if (number := as_number(item)) is not None)
            else:
                # Two texts are equal only letter by letter: "5.0" is left where "5" is not.
                plain = [item for item in items if not (as_text and isinstance(item, str))]
                left.forbidden |= {number for item in plain if (number := as_number(item)) is not None}
        elif each.operator in ("is_empty", "is_true", "is_false") and wants:
            return True
    return left.is_empty or _no_moment(comparisons)


def no_day(comparisons: Sequence[Comparison]) -> bool:
    """Whether no text that is a date or a time is left."""
    left = Range()
    for each in comparisons:
        expected, wants = each.leaf.expected, each.wants
        if each.operator in _OPPOSITE or each.operator in ("before", "after"):
            operator = {"before": "less_than", "after": "greater_than"}.get(each.operator, each.operator)
            day = as_day(expected)
            if day is None:
                # A number is on no side of a date.
                if wants and each.operator in _OPPOSITE:
                    return True
                _bound_by_clock(left, each)
                continue
            _bound(left, operator if wants else _OPPOSITE[operator], day)
        elif each.operator == "between":
            low, high = as_day(expected[0]), as_day(expected[1])
            if low is None or high is None:
                if wants:
                    return True
            elif wants:
                _bound(left, "greater_or_equal", low)
                _bound(left, "less_or_equal", high)
        elif each.operator in ("equals", "in") and wants:
            items = expected if each.operator == "in" else [expected]
            if not any(isinstance(item, str) for item in items):
                return True
        elif each.operator in ("is_empty", "is_true", "is_false") and wants:
            return True
    return left.is_empty or no_moment_between(comparisons)


def _no_moment(comparisons: Sequence[Comparison]) -> bool:
    """Of numbers, which before and after take for seconds since 1970."""
    left = Range()
    for each in comparisons:
        # One that is out of the calendar is neither before nor after anything, so only what is wanted counts.
        if not each.wants or each.operator not in ("before", "after"):
            continue
        if (day := as_day(each.leaf.expected)) is not None:
            _bound(left, "less_than" if each.operator == "before" else "greater_than", day)
        else:
            _bound_by_clock(left, each)
    return left.is_empty or no_moment_between(comparisons)


def _bound_by_clock(left: Range, each: Comparison) -> None:
    """Of a date that is relative to the clock it is known how early it may be at the earliest, and no more."""
    if each.wants and each.operator == "after" and (day := earliest(each.leaf.expected)) is not None:
        left.bound("greater_or_equal", day.toordinal() - _SLACK)


def _bound(left: Range, operator: str, day: Any) -> None:
    """By whole days: exact for dates, and wide enough for moments in whatever zone they are read."""
    number = day.toordinal()
    is_date = not isinstance(day, datetime.datetime)
    if operator.startswith("greater"):
        left.bound("greater_or_equal", number + (operator == "greater_than") if is_date else number - _SLACK)
    else:
        left.bound("less_or_equal", number - (operator == "less_than") if is_date else number + _SLACK)
