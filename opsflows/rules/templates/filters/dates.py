"""Filters that move dates, write them, and say how far away they are."""

import datetime
import re
from collections.abc import Callable
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment
from opsflows.rules.dates import resolve_date
from opsflows.rules.errors import RenderError, RuleError
from opsflows.rules.spans import span, span_in_words
from opsflows.rules.templates.filters.arguments import is_nothing
from opsflows.rules.text import excerpt, to_text

#: Only these: the platform's own strftime takes a width as well, and would make a text of any length.
_DIRECTIVE = re.compile(r"%(-?[aAbBdHIjmMpSyYZz]|%|.?)", re.DOTALL)
_MAX_FORMAT = 200


def date_add(clock: Clock, value: Any, offset: Any) -> str:
    """A date moved by an offset: ``{{ endDate | date_add: "-30 days" }}``. Nothing stays nothing."""
    if is_nothing(value):
        return ""
    moment = _moment(clock, value, "date_add")
    try:
        return to_text(resolve_date(f"{moment.isoformat()} {to_text(offset).strip()}", clock))
    except RuleError as error:
        raise RenderError(f'The filter date_add needs an offset such as "+7 days": {error}') from None


def format_date(clock: Clock, value: Any, pattern: Any = "%d %b %Y") -> str:
    """A date written by `pattern` (%d %m %Y %H %M …), a moment on the account's wall clock. Nothing stays nothing."""
    if is_nothing(value):
        return ""
    moment, layout = _moment(clock, value, "format_date"), to_text(pattern)
    if len(layout) > _MAX_FORMAT:
        raise RenderError(f"The pattern of the filter format_date is longer than {_MAX_FORMAT} characters.")
    if isinstance(moment, datetime.datetime):
        moment = moment.astimezone(clock.zone)
    else:
        moment = datetime.datetime.combine(moment, datetime.time(), clock.zone)
    return _DIRECTIVE.sub(lambda directive: _write(moment, directive), layout)


def time_until(clock: Clock, value: Any) -> str:
    """How long it is until a date: ``1 hour 5 minutes``; where it has come, ``less than a minute``. Nothing stays
    nothing."""
    if is_nothing(value):
        return ""
    return span_in_words(span(clock.now, _moment(clock, value, "time_until"), clock.zone))


def time_since(clock: Clock, value: Any) -> str:
    """How long ago a date was: ``3 days 2 hours``; where it has not come, ``less than a minute``. Nothing stays
    nothing."""
    if is_nothing(value):
        return ""
    return span_in_words(span(_moment(clock, value, "time_since"), clock.now, clock.zone))


def _write(moment: datetime.datetime, directive: re.Match[str]) -> str:
    letter = directive[1]
    if letter == "%":
        return "%"
    if not letter or letter.removeprefix("-") not in "aAbBdHIjmMpSyYZz" or letter == "-":
        raise RenderError(f"{excerpt(directive[0])} is not known to the filter format_date; use for example %d %b %Y.")
    written = f"{moment.year:04d}" if letter[-1] == "Y" else moment.strftime(f"%{letter[-1]}")
    return (written.lstrip("0") or "0") if letter.startswith("-") else written


def _moment(clock: Clock, value: Any, name: str) -> datetime.date:
    try:
        moment = resolve_date(value, clock) if isinstance(value, str) else as_moment(value, clock.zone, numbers=True)
    except RuleError:
        moment = None
    if moment is None:
        raise RenderError(f"The filter {name} needs a date, not {excerpt(value)}.")
    return moment


FILTERS: dict[str, Callable[..., Any]] = {
    "date": format_date,
    "date_add": date_add,
    "format_date": format_date,
    "time_since": time_since,
    "time_until": time_until,
}
