"""One field of an event that would have had to be another, and how that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK, is_secret_name
from opsflows.rules import MISSING
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.conditions.tree import Leaf, Reference
from opsflows.rules.text import excerpt

#: How an operator reads behind "would have had to"; the others as "be" and their label without "is".
_TO = {
    "equals": "be",
    "not_equals": "be anything but",
    "contains": "contain",
    "not_contains": "not contain",
    "starts_with": "start with",
    "ends_with": "end with",
    "matches": "match",
    "not_matches": "not match",
    "changed": "have changed",
}
#: How it is said that a comparison has to fail.
_OPPOSITE = {
    one: other
    for pair in (
        ("equals", "not_equals"),
        ("contains", "not_contains"),
        ("matches", "not_matches"),
        ("in", "not_in"),
        ("is_empty", "is_not_empty"),
        ("greater_than", "less_or_equal"),
        ("less_than", "greater_or_equal"),
    )
    for one, other in (pair, pair[::-1])
}
#: Operators that leave no choice: an example would only repeat the value.
_EXACT = frozenset({"equals", "is_true", "is_false", "is_empty", "greater_or_equal", "less_or_equal"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One comparison of a condition, and whether it has to hold or to fail."""

    leaf: Leaf
    truth: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A field that has to be another, with one value that does: `value`, or `MISSING` where the field has to go."""

    field: str
    #: What it was; `MISSING` where the event has no such field.
    seen: Any
    value: Any
    #: What it has to satisfy, of the comparisons that did not come out as needed.
    wishes: tuple[Wish, ...]

    @property
    def sentence(self) -> str:
        """The change in words; what goes under a secret name is masked."""
        if _is_secret(self.wishes):
            return f"{self.field} would have had to be another ({MASK})."
        said = " and ".join(dict.fromkeys(_said(wish) for wish in self.wishes))
        return f"{self.field} would have had to {said}{self._example()} ({self._was()})."

    def _example(self) -> str:
        if self.value is MISSING:
            return ", or not to be there"
        if len(self.wishes) == 1 and self.wishes[0].truth and self.wishes[0].leaf.operator.name in _EXACT:
            return ""
        return f", for instance {in_words(self.value)}"

    def _was(self) -> str:
        return "the event has no such field" if self.seen is MISSING else f"it was {in_words(self.seen)}"


def in_words(value: Any) -> str:
    """A value as people write it: numbers with their thousands apart, texts in quotes, what is secret masked."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return f"“{value}”" if isinstance(value, str) and len(value) <= _SHORT else excerpt(redact_value(value))


_SHORT = 60


def is_secret_path(path: str) -> bool:
    """Whether a part of the path says that what is there is secret."""
    return any(is_secret_name(part) for part in path.split("."))


def _is_secret(wishes: Sequence[Wish]) -> bool:
    return any(
        is_secret_path(wish.leaf.field)
        or (isinstance(wish.leaf.expected, Reference) and is_secret_path(wish.leaf.expected.path))
        for wish in wishes
    )


def _said(wish: Wish) -> str:
    leaf, operator = wish.leaf, wish.leaf.operator
    if leaf.label:
        return f"{'' if wish.truth is not operator.negated else 'not '}be on the list “{leaf.label}”"
    opposite = None if wish.truth else _OPPOSITE.get(operator.name)
    operator = OPERATORS[opposite] if opposite else operator
    verb = _TO.get(operator.name) or f"be {operator.label.removeprefix('is ')}"
    said = f"{verb} {_expected(leaf)}" if operator.takes_value else verb
    return said if wish.truth or opposite else f"not {said}"


def _expected(leaf: Leaf) -> str:
    if isinstance(leaf.expected, Reference):
        return f"the field {leaf.expected.path}"
    if leaf.operator.name == "between":
        return " and ".join(in_words(each) for each in leaf.expected)
    if isinstance(leaf.expected, list):
        return excerpt(leaf.expected) if len(leaf.expected) > _FEW else " or ".join(map(in_words, leaf.expected))
    return in_words(leaf.expected)


_FEW = 5
