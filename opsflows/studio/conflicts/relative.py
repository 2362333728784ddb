"""What is known of dates that are relative to the moment at which they are asked."""

import datetime
import re
from collections.abc import Sequence
from itertools import product
from typing import Any

from opsflows.rules.dates import resolve_date
from opsflows.rules.errors import RuleError
from opsflows.studio.conflicts.comparisons import Comparison
from opsflows.studio.conflicts.probe import PROBE

#: Names and offsets that go on as the clock does, by so many days from the day it shows, or by a time from its moment.
#: Business time is left out: calendars may be anything.
_DAYS = {"": 0, "today": 0, "tomorrow": 1, "yesterday": -1}
_MOMENTS = frozenset({"now", "timestamp"})
_OFFSET = re.compile(
    r"(?P<base>[a-z_]*)\s*(?:(?P<sign>[+-])\s*(?P<count>\d{1,6})\s+(?P<unit>second|minute|hour|day|week)s?)?",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_MONOTONOUS = re.compile(
    r"(now|timestamp|today|tomorrow|yesterday|end_of_month|end_of_quarter)?\s*"
    r"([+-]\s*\d{1,6}\s+(second|minute|hour|day|week|month|quarter|year)s?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY = 86400
#: Where a day and a moment are set against each other: the zone, and a day with a clock change.
_SLACK = 2 * _DAY


def earliest(expected: Any) -> datetime.date | None:
    """Before which day or moment `expected` never is, asked today or later; None where that is not known."""
    if not isinstance(expected, str) or not _MONOTONOUS.fullmatch(expected.strip()):
        return None
    try:
        return resolve_date(expected, PROBE)
    except RuleError:
        return None


def no_moment_between(comparisons: Sequence[Comparison]) -> bool:
    """Whether something is to be after one of these and before another that is never later."""
    wanted = [each for each in comparisons if each.wants]
    after, before = ([each.leaf.expected for each in wanted if each.operator == name] for name in ("after", "before"))
    return any(_none_between(low, high) for low, high in product(after, before))


def _none_between(low: Any, high: Any) -> bool:
    one, other = _place(low), _place(high)
    if one is None or other is None:
        return False
    if one[0] == other[0] == "day":
        # Whole days on both sides: of the day in between nothing may be left.
        return other[1] - one[1] < 2 * _DAY
    if one[0] == other[0] == "moment":
        return other[1] <= one[1]
    return other[1] - one[1] < -_SLACK


def _place(expected: Any) -> tuple[str, int] | None:
    """How far from the clock it is, in seconds: as a `day`, as a `moment`, or as something that is about there."""
    found = _OFFSET.fullmatch(expected.strip()) if isinstance(expected, str) and expected.strip() else None
    if found is None:
        return None
    base, unit = found["base"].lower(), (found["unit"] or "").lower()
    shift = int(found["count"] or 0) * _SECONDS.get(unit, 0) * (-1 if found["sign"] == "-" else 1)
    is_whole = unit in ("", "day", "week")
    if base in _MOMENTS or (not base and not is_whole):
        # Days from a moment are those of the wall clock: a night with a clock change is no day of 24 hours.
        return "about" if unit in ("day", "week") else "moment", shift
    if base not in _DAYS:
        return None
    # Hours behind a day count from its midnight.
    return "day" if is_whole else "about", _DAYS[base] * _DAY + shift
