"""An event for which conditions hold together: made up from what they say, and then really tried."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_number
from opsflows.rules.conditions.compiled import Condition
from opsflows.rules.conditions.tree import Reference
from opsflows.rules.dates import resolve_date
from opsflows.rules.errors import RuleError
from opsflows.rules.lookup import MISSING, split_path, walk
from opsflows.rules.text import to_text
from opsflows.studio.conflicts.comparisons import Claim, Comparison
from opsflows.studio.conflicts.satisfiable import Said, TooMuch, open_cases

#: Cases that are tried, and values of a list that are.
_MOST_CASES = 8
_MOST_ITEMS = 50


def witness(claims: Sequence[Claim], clock: Clock) -> dict[str, Any] | None:
    """What an event carries for which all of `claims` come out as they should at `clock`; None: none was found."""
    try:
        for said in islice(open_cases(claims), _MOST_CASES):
            scope = _scope(said, clock)
            if scope is not None and holds_for(claims, scope, clock):
                return scope
    except TooMuch:
        pass
    return None


def holds_for(claims: Sequence[Claim], scope: Mapping[str, Any], clock: Clock) -> bool:
    """Whether all of `claims` come out as they should for `scope`: asked of the language itself."""
    return all(Condition(node).matches(scope, clock) is holds for node, holds in claims)


def _scope(said: Said, clock: Clock) -> dict[str, Any] | None:
    scope: dict[str, Any] = {}
    # Those that look at another field come last, when that one is there.
    for field in sorted(said, key=lambda name: (any(each.is_opaque for each in said[name]), name)):
        value = next((value for value in _values(said[field], scope, clock)), MISSING)
        if value is not MISSING and not _put(scope, field, value):
            return None
        _put_previous(scope, field, said[field], value)
    return scope


def _values(comparisons: Sequence[Comparison], scope: Mapping[str, Any], clock: Clock) -> Iterator[Any]:
    """Values that make what can be asked of the field alone come out, the plainest first."""
    plain = [each for each in comparisons if not each.is_opaque]
    plain += [found for each in comparisons if (found := _looked_up(each, scope))]
    wanted = [value for each in plain for value in _around(each, clock)]
    for value in [*wanted, *_joined(plain), *_between(plain), 1, "example", True, False, None, ""]:
        if all(each.allows(value, clock) for each in plain):
            yield value
    yield MISSING


def _looked_up(each: Comparison, scope: Mapping[str, Any]) -> Comparison | None:
    """A comparison with another field, as one with the value that this has by now."""
    if not isinstance(each.leaf.expected, Reference):
        return None
    other = walk(scope, each.leaf.expected.segments)
    if other is MISSING or each.leaf.operator.check(other) is not None:
        return None
    return Comparison(replace(each.leaf, expected=other), each.holds)


def _around(each: Comparison, clock: Clock) -> Iterator[Any]:
    expected = each.leaf.expected
    match each.operator:
        case "in":
            yield from expected[:_MOST_ITEMS]
        case "between":
            yield from expected
        case "before" | "after":
            yield from _days_around(expected, clock)
        case "matches":
            yield expected.strip("^$").replace("\\", "")
        case "is_true":
            yield True
        case "is_false":
            yield False
        case "is_empty" | "changed":
            return
        case _:
            yield expected
    if not isinstance(expected, list):
        yield from _beside(expected)


def _beside(value: Any) -> Iterator[Any]:
    """A little more and a little less."""
    number = as_number(value)
    if number is not None:
        yield number + 1
        yield number - 1
        yield number + Decimal("0.5")
    elif isinstance(value, str):
        yield from _days_beside(value)


def _days_beside(text: str) -> Iterator[str]:
    try:
        day = datetime.date.fromisoformat(text[:10])
        yield (day + datetime.timedelta(days=1)).isoformat()
        yield (day - datetime.timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return


def _days_around(expected: Any, clock: Clock) -> Iterator[str]:
    try:
        yield from _days_beside(resolve_date(to_text(expected), clock).isoformat())
    except RuleError:
        return


def _joined(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """One text that begins, contains and ends as it should."""
    parts: dict[str, str] = {"starts_with": "", "contains": "", "ends_with": ""}
    for each in comparisons:
        if each.wants and each.operator in parts:
            text = to_text(each.leaf.expected)
            parts[each.operator] = (
                f"{parts[each.operator]} {text}".strip()
                if each.operator == "contains"
                else max(parts[each.operator], text, key=len)
            )
    yield "".join(parts.values())
    yield " ".join(filter(None, parts.values()))


def _between(comparisons: Sequence[Comparison]) -> Iterator[Any]:
    """Numbers between those that are named."""
    named = set()
    for each in comparisons:
        items = each.leaf.expected if isinstance(each.leaf.expected, list) else [each.leaf.expected]
        named |= {number for item in items[:_MOST_ITEMS] if (number := as_number(item)) is not None}
    ordered = sorted(named)
    for low, high in pairwise(ordered):
        middle = (Decimal(low) + Decimal(high)) / 2
        yield int(middle) if low < int(middle) < high else middle


def _put(scope: dict[str, Any], field: str, value: Any) -> bool:
    """Whether `value` could be put at the path; not below something that is no object."""
    *way, last = split_path(field)
    place = scope
    for segment in way:
        inner = place.setdefault(segment, {})
        if not isinstance(inner, dict):
            return False
        place = inner
    if last in place:
        return False
    place[last] = value
    return True


def _put_previous(scope: dict[str, Any], field: str, comparisons: Sequence[Comparison], value: Any) -> None:
    for each in comparisons:
        if each.leaf.operator.against_previous:
            before = value if not each.holds else "something else"
            if before is not MISSING:
                _put(scope, f"previous.{field}", before)
