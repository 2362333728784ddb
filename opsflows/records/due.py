"""When something is due, as rules and people write it."""

import datetime
from typing import Any

from opsflows.rules import Clock, date_problem, resolve_date


def due_moment(value: Any, clock: Clock) -> datetime.datetime | None:
    """The moment that `value` means at `clock`; None for an empty one.

    Raises:
        RuleError: it is no date.
    """
    if value in ("", None):
        return None
    moment = resolve_date(str(value), clock)
    if isinstance(moment, datetime.datetime):
        return moment
    # "Due today" leaves the whole of today.
    return datetime.datetime.combine(moment, datetime.time(23, 59), clock.zone)


def due_problem(value: Any) -> str | None:
    """Why `value` cannot be a date, as far as one can tell before it is rendered."""
    if value in ("", None) or "{{" in str(value):
        return None
    return date_problem(str(value))
