"""Whether no value at all is left for a field: sort by sort, since the language compares each in its own way."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from opsflows.rules.compare import as_number
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.conditions.tree import Leaf
from opsflows.rules.lookup import MISSING
from opsflows.studio.conflicts.comparisons import Comparison, as_day
from opsflows.studio.conflicts.probe import PROBE
from opsflows.studio.conflicts.ranges import no_day, no_number
from opsflows.studio.conflicts.spelling import no_spelling

#: Values that stand for themselves alone, or for a few that are tried one by one.
_SINGLE: tuple[Any, ...] = (MISSING, None, True, False, "", [], {})
_SPELLED_BOOLEANS = [
    "".join(letters)
    for word in ("true", "false")
    for letters in product(*((letter, letter.upper()) for letter in word))
]
_Left = Sequence[Comparison]


def no_value(comparisons: _Left) -> bool:
    """True only where no value can make all of `comparisons`, which are of one field, come out as they should."""
    said: dict[tuple[str, str, str], bool] = {}
    for each in comparisons:
        if said.setdefault(each.key, each.wants) is not each.wants:
            return True
    plain = [each for each in comparisons if not each.is_opaque]
    if not plain or any(_fits(plain, value) for value in _SINGLE):
        return False
    return all(is_left_out(plain) for is_left_out in _SORTS)


def _fits(comparisons: _Left, value: Any) -> bool:
    return all(each.allows(value, PROBE) for each in comparisons)


def _no_list(comparisons: _Left) -> bool:
    """A list with something in it."""
    return any(
        each.wants and not (each.operator == "contains" or (each.operator == "equals" and _is_list(each)))
        for each in comparisons
    )


def _no_object(comparisons: _Left) -> bool:
    return any(
        each.wants and not (each.operator == "equals" and isinstance(each.leaf.expected, Mapping))
        for each in comparisons
    )


def _is_list(each: Comparison) -> bool:
    return isinstance(each.leaf.expected, list | tuple)


def _no_number(comparisons: _Left) -> bool:
    return no_number(comparisons, as_text=False) or no_spelling(comparisons)


def _no_text(comparisons: _Left) -> bool:
    """Texts that are named are tried; others are sorted by what they spell: a number, a boolean, a date, or nothing."""
    named = _named_texts(comparisons)
    if named is not None:
        steady = [each for each in comparisons if not each.is_relative]
        asked = [each for each in comparisons if each.is_relative]
        return not any(_fits(steady, text) and not _is_past(text, asked) for text in named)
    if no_spelling(comparisons):
        return True
    return (
        no_number(comparisons, as_text=True)
        and no_day(comparisons)
        and _no_word(comparisons)
        and not any(_fits(comparisons, text) for text in _SPELLED_BOOLEANS)
    )


def _named_texts(comparisons: _Left) -> list[str] | None:
    """The only texts there can be, where a comparison names them all."""
    for each in comparisons:
        if each.wants and each.operator in ("equals", "in"):
            items = each.leaf.expected if each.operator == "in" else [each.leaf.expected]
            if all(isinstance(item, str) for item in items):
                return list(items)
    return None


def _is_past(text: str, asked: _Left) -> bool:
    """Whether the text is no date that may still be on the side of the clock where it should."""
    if not any(each.wants for each in asked) or as_number(text) is not None:
        # What spells a number is a moment as well, in seconds since 1970.
        return False
    that_day = [
        Comparison(Leaf("", ("",), OPERATORS[name], text), True) for name in ("greater_or_equal", "less_or_equal")
    ]
    return as_day(text) is None or no_day([*asked, *that_day])


_NEVER_OF_WORDS = frozenset(
    {"greater_than", "less_than", "greater_or_equal", "less_or_equal", "between", "before", "after"}
    | {"is_true", "is_false", "is_empty"}
)


def _no_word(comparisons: _Left) -> bool:
    """A text that is neither empty nor spells anything else."""
    for each in comparisons:
        if each.wants and each.operator in _NEVER_OF_WORDS:
            return True
        if each.wants and each.operator in ("equals", "in"):
            items = each.leaf.expected if each.operator == "in" else [each.leaf.expected]
            if not any(isinstance(item, str) for item in items):
                return True
    return False


_SORTS: tuple[Callable[[_Left], bool], ...] = (_no_list, _no_object, _no_number, _no_text)
