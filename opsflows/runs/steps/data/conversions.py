"""From what a system sends to what another one, or a person, wants to see."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from opsflows.rules import Clock, RenderError
from opsflows.rules.arithmetic import rounded, to_decimal
from opsflows.rules.compare import as_boolean, as_moment, as_number, is_empty
from opsflows.rules.templates.filters.dates import format_date
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.steps.data.comparing import shown
from opsflows.runs.steps.data.limits import MAX_ITEMS, DataError

Conversion: TypeAlias = Literal["", "text", "number", "integer", "boolean", "date", "datetime", "list", "people"]

MAX_FORMAT = 200
_WORDS = {"yes": True, "y": True, "on": True, "1": True, "no": False, "n": False, "off": False, "0": False}
#: What a date is read by; the second group is a sign that is none of these.
_READ = re.compile(r"%(-?[aAbBdHIjmMpSyYz])|%%|(%)")
#: Any moment will do to see whether a pattern can be written.
_PROBE = Clock(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Manner:
    """How values are read and written. Dates are written by the clock's zone."""

    clock: Clock
    date: str = "%m/%d/%Y"
    datetime: str = "%m/%d/%Y %I:%M %p"
    yes: str = "Yes"
    no: str = "No"
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one field is to become."""

    to: Conversion
    read_as: str = ""
    write_as: str = ""
    separator: str = ","
    decimals: int | None = None


def convert(value: Any, wanted: Wanted, manner: Manner) -> Any:
    """`value` as it is wanted.

    Raises:
        DataError: it cannot be that; the message is a sentence about the value alone.
    """
    if wanted.to == "people":
        return for_people(value, manner)
    if not wanted.to:
        return shown(value)
    if is_empty(value) or (isinstance(value, str) and not value.strip()):
        return [] if wanted.to == "list" else "" if wanted.to == "text" or wanted.write_as else None
    return _CONVERSIONS[wanted.to](value, wanted, manner)


def for_people(value: Any, manner: Manner) -> Any:
    """`value` as it stands in a table for people: dates and booleans written out, nothing for null."""
    if is_empty(value):
        return manner.nothing
    if isinstance(value, bool):
        return manner.yes if value else manner.no
    if isinstance(value, list | tuple):
        return ", ".join(to_text(for_people(item, manner)) for item in value)
    moment = as_moment(value, manner.clock.zone) if isinstance(value, str) else None
    if moment is None:
        return to_text(value) if isinstance(value, dict) else value
    return _written(moment, manner.datetime if isinstance(moment, datetime.datetime) else manner.date, manner.clock)


def write_problem(pattern: str, to: Conversion) -> str | None:
    """What is wrong with how a conversion is to be written."""
    if to == "boolean":
        yes, slash, no = pattern.partition("/")
        is_pair = slash and yes.strip() and no.strip() and "/" not in no
        return None if is_pair else "Give the two words with a slash between, for example Yes/No."
    if to not in ("date", "datetime"):
        return "Only dates and booleans are written in a way of their own; leave it empty."
    return date_format_problem(pattern)


def date_format_problem(pattern: str) -> str | None:
    """What is wrong with how a date is to be written."""
    try:
        format_date(_PROBE, _PROBE.now, pattern)
    except RenderError as error:
        return f"{error}"
    return None if pattern else "Say how, for example %m/%d/%Y."


def read_problem(pattern: str) -> str | None:
    """What is wrong with how a date is to be read."""
    found = [match for match in _READ.finditer(pattern) if match[0] != "%%"]
    names = [match[1].removeprefix("-") for match in found if match[1]]
    if len(pattern) > MAX_FORMAT or any(match[2] for match in found) or not names:
        return "Write for example %d.%m.%Y, with %d for the day, %m for the month, %Y for the year."
    if twice := next((name for name in names if names.count(name) > 1), None):
        return f"%{twice} is there twice; a date says each part once."
    return None


def _text(value: Any, wanted: Wanted, manner: Manner) -> str:
    is_plain = isinstance(value, list | tuple) and not any(isinstance(item, list | tuple | dict) for item in value)
    return f"{wanted.separator.strip()} ".join(map(to_text, value)) if is_plain else to_text(value)


def _number(value: Any, wanted: Wanted, manner: Manner) -> Any:
    number = as_number(value.strip() if isinstance(value, str) else value)
    if number is None:
        raise DataError(f"{excerpt(value)} is no number; one is written as 1234.5, without currency and separators.")
    exact = to_decimal(number)
    return number if wanted.decimals is None or exact is None else rounded(exact, wanted.decimals)


def _integer(value: Any, wanted: Wanted, manner: Manner) -> int:
    number = as_number(value.strip() if isinstance(value, str) else value)
    if number is None or number != int(number):
        raise DataError(f"{excerpt(value)} is no whole number.")
    return int(number)


def _boolean(value: Any, wanted: Wanted, manner: Manner) -> Any:
    found = as_boolean(value.strip() if isinstance(value, str) else value)
    if found is None:
        found = _WORDS.get(to_text(value).strip().lower())
    if found is None:
        raise DataError(f"{excerpt(value)} is neither true nor false, nor yes, no, 1 or 0.")
    if not wanted.write_as:
        return found
    yes, _, no = wanted.write_as.partition("/")
    return (yes if found else no).strip()


def _date(value: Any, wanted: Wanted, manner: Manner) -> str:
    moment = _moment(value, wanted, manner.clock)
    if isinstance(moment, datetime.datetime):
        try:
            moment = moment.astimezone(manner.clock.zone).date()
        except OverflowError:
            raise DataError(f"{excerpt(value)} lies outside of the calendar.") from None
    return _written(moment, wanted.write_as, manner.clock) if wanted.write_as else moment.isoformat()


def _datetime(value: Any, wanted: Wanted, manner: Manner) -> str:
    moment = _moment(value, wanted, manner.clock)
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(), manner.clock.zone)
    if wanted.write_as:
        return _written(moment, wanted.write_as, manner.clock)
    try:
        return moment.astimezone(manner.clock.zone).isoformat()
    except OverflowError:
        raise DataError(f"{excerpt(value)} lies outside of the calendar.") from None


def _list(value: Any, wanted: Wanted, manner: Manner) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, str):
        return [value]
    if value.count(wanted.separator) >= MAX_ITEMS:
        raise DataError(f"it would have more than {MAX_ITEMS:,} items.")
    return [part for part in map(str.strip, value.split(wanted.separator)) if part]


def _moment(value: Any, wanted: Wanted, clock: Clock) -> datetime.date:
    if wanted.read_as and isinstance(value, str):
        return _read(value, wanted, clock)
    moment = as_moment(value.strip() if isinstance(value, str) else value, clock.zone, numbers=True)
    if moment is None:
        raise DataError(f"{excerpt(value)} is no date such as 2026-03-31 or 2026-03-31T09:00:00Z; say how to read it.")
    return moment


def _read(text: str, wanted: Wanted, clock: Clock) -> datetime.date:
    pattern = _READ.sub(lambda found: found[0].replace("-", ""), wanted.read_as)
    try:
        moment = datetime.datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  (the zone comes next)
    except ValueError:
        raise DataError(f"{excerpt(text)} is no date of the form {wanted.read_as}.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=clock.zone)
    return moment.date() if wanted.to == "date" and not re.search(r"%-?[HIMSpz]", pattern) else moment


def _written(moment: datetime.date, pattern: str, clock: Clock) -> str:
    try:
        return format_date(clock, moment, pattern)
    except (RenderError, OverflowError):
        raise DataError(f"{excerpt(moment.isoformat())} cannot be written as {excerpt(pattern)}.") from None


_CONVERSIONS: dict[str, Callable[[Any, Wanted, Manner], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "list": _list,
}
