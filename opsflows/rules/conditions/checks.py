"""What a condition's value must be for its operator: each check says what is wrong, or None."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment, as_number, order
from opsflows.rules.dates import resolve_date
from opsflows.rules.errors import RuleError
from opsflows.rules.patterns import PatternError, compile_pattern
from opsflows.rules.text import excerpt

MAX_LIST = 1000
#: Any moment will do to see whether an expression is a date.
_PROBE = Clock(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))
_NO_SCALAR = "must be a text, a number, true or false"


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool) or as_number(value) is not None


def check_text(expected: Any) -> str | None:
    if not _is_scalar(expected):
        return f"{_NO_SCALAR}; for several alternatives use in, or several conditions in an OR group"
    return "must not be empty, because every text contains it; use is_not_empty" if expected == "" else None


def check_list(expected: Any) -> str | None:
    if not isinstance(expected, list):
        return 'must be a list, for example ["aws", "azure"]; for a single value use equals'
    if not expected:
        return "must name at least one alternative"
    if len(expected) > MAX_LIST:
        return f"has {len(expected)} alternatives; at most {MAX_LIST} are possible"
    if any(item is not None and not _is_scalar(item) for item in expected):
        return "must be a list in which every item is a text, a number, true or false"
    return None


def check_ordered(expected: Any) -> str | None:
    if as_number(expected) is not None or as_moment(expected, _PROBE.zone) is not None:
        return None
    hint = "; for relative dates use before or after" if isinstance(expected, str) and _is_date(expected) else ""
    return f"must be a number or an ISO date, not {excerpt(expected)}{hint}"


def check_between(expected: Any) -> str | None:
    if not isinstance(expected, list) or len(expected) != 2:
        return "must be a list of two, the lowest and the highest, for example [10, 20]"
    wrong = check_ordered(expected[0]) or check_ordered(expected[1])
    if wrong:
        return f"is a list of two that each {wrong}"
    result = order(expected[0], expected[1], _PROBE.zone)
    if result is None:
        return "must be two numbers or two dates, not one of each"
    return "must name the lowest first; as it is, nothing lies between" if result > 0 else None


def _is_date(expected: str) -> bool:
    try:
        resolve_date(expected, _PROBE)
    except RuleError:
        return False
    return True


def check_date(expected: Any) -> str | None:
    if isinstance(expected, str):
        try:
            resolve_date(expected, _PROBE)
        except RuleError as error:
            return f"must be a date: {error}"
        return None
    return (
        None
        if as_moment(expected, _PROBE.zone, numbers=True)
        else 'must be a date, for example "2026-03-31" or "today"'
    )


def check_pattern(expected: Any) -> str | None:
    if not isinstance(expected, str):
        return "must be a regular expression, written as a text"
    try:
        compile_pattern(expected)
    except PatternError as error:
        return f"is not a usable regular expression: {error}"
    return None
