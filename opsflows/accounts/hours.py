"""Opening hours as people write them: `9:00–12:00, 13:00–17:30`, or nothing for a day that is closed."""

import re
from collections.abc import Sequence

from opsflows.accounts.business_calendar import WEEKDAYS
from opsflows.rules import Hours, Week
from opsflows.rules.business_calendar import DAY_MINUTES

CLOSED = "closed"
_STRETCH = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.](\d\d))?", re.ASCII)


def parse_hours(text: str) -> tuple[Hours, ...]:
    """The hours of a day, in their order.

    Raises:
        ValueError: with a sentence that says what would be right.
    """
    if text.strip().lower() in ("", CLOSED):
        return ()
    return tuple(sorted(map(_stretch, re.split(r"[,;]", text))))


def hours_in_words(hours: Sequence[Hours]) -> str:
    """As `parse_hours` reads it; `closed` where there are none."""
    return ", ".join(f"{_time(each.opens)}–{_time(each.closes)}" for each in hours) or CLOSED


def week_in_words(week: Week) -> str:
    """Days with the same hours together: `Monday to Friday 9:00–17:00`; what is closed is left out."""
    groups: list[list[int]] = []
    for weekday, hours in enumerate(week):
        if groups and week[groups[-1][0]] == hours:
            groups[-1].append(weekday)
        else:
            groups.append([weekday])
    told = [f"{_days(group)} {hours_in_words(week[group[0]])}" for group in groups if week[group[0]]]
    return "; ".join(told) or "never open"


def _stretch(text: str) -> Hours:
    found = _STRETCH.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"“{text.strip()}” is not understood; write for example 9:00–12:00, 13:00–17:30.")
    times = [int(found[hour]) * 60 + int(found[hour + 1] or 0) for hour in (1, 3)]
    minutes = [int(found[minute] or 0) for minute in (2, 4)]
    if max(minutes) > 59 or max(times) > DAY_MINUTES:
        raise ValueError(f"“{text.strip()}” names a time that there is not; a day goes from 0:00 to 24:00.")
    return Hours(*times)


def _time(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _days(weekdays: Sequence[int]) -> str:
    first, last = WEEKDAYS[weekdays[0]], WEEKDAYS[weekdays[-1]]
    return first if len(weekdays) == 1 else f"{first} {'and' if len(weekdays) == 2 else 'to'} {last}"
