"""The comparisons of a condition as a form offers them: in words, by the field's type, and what value each takes."""

import re
from collections.abc import Mapping
from typing import Any, Final

from opsflows.rules.conditions.named import LIST, NAMED_OPERATORS, SEGMENT
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.text import to_text
from opsflows.studio.forms.typed import is_plain, typed, typed_several, written, written_several

_NAMED_WORDS: Final = {
    "in_segment": "is in the segment",
    "not_in_segment": "is not in the segment",
    "in_list": "is on the list",
    "not_in_list": "is not on the list",
}
WORDS: Final[Mapping[str, str]] = {**{name: each.label for name, each in OPERATORS.items()}, **_NAMED_WORDS}

_ANY = ("equals", "not_equals", "in", "not_in", "is_empty", "is_not_empty", "changed", "in_list", "not_in_list")
_AMOUNT = ("greater_than", "greater_or_equal", "less_than", "less_or_equal", "between")
_TEXT = ("contains", "not_contains", "starts_with", "ends_with", "matches", "not_matches")
#: The comparisons that fit a field's kind, the likeliest first.
FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (*_AMOUNT, *_ANY),
    "boolean": ("is_true", "is_false", "is_empty", "is_not_empty", "changed"),
    "date": ("before", "after", "between", "is_empty", "is_not_empty", "changed"),
    "list": ("contains", "not_contains", "is_empty", "is_not_empty", "changed"),
    "text": ("equals", "not_equals", *_TEXT, *_ANY[2:]),
}
SEVERAL: Final = frozenset({"in", "not_in", "between"})
_RAW: Final = frozenset({"matches", "not_matches"})
_REFERENCE = re.compile(r"\{\{\s*([^{}|\s][^{}|]*?)\s*\}\}")

_HINTS: Final[Mapping[str, str]] = {
    "between": "10, 20",
    "in": "aws, azure",
    "not_in": "aws, azure",
    "before": "today, +7 days, 2026-03-31",
    "after": "today, +7 days, 2026-03-31",
    "matches": "a regular expression",
    "not_matches": "a regular expression",
}


def takes_value(operator: str) -> bool:
    """Whether there is anything to compare with; of one that is not known, there is."""
    known = OPERATORS.get(operator)
    return known is None or known.takes_value


def named_kind(operator: str) -> str:
    """`SEGMENT` or `LIST` where the comparison is with a name, else nothing."""
    known = NAMED_OPERATORS.get(operator)
    return known.kind if known else ""


def hint(operator: str) -> str:
    """An example of what stands in the value's place."""
    return {SEGMENT: "", LIST: ""}.get(named_kind(operator), _HINTS.get(operator, ""))


def fits_value(value: Any) -> bool:
    """Whether a row can show the value."""
    return is_plain(value) or (isinstance(value, list) and all(map(is_plain, value)))


def value_text(operator: str, value: Any) -> tuple[bool, str]:
    """Whether the value is another field's, and the text for it: the field's name, or the value."""
    if isinstance(value, str) and takes_value(operator) and (found := _REFERENCE.fullmatch(value.strip())):
        return True, found[1]
    if isinstance(value, list):
        return False, written_several(value)
    if operator in _RAW or named_kind(operator):
        return False, to_text(value)
    return False, written_several([value]) if operator in SEVERAL else written(value)


def value_of(operator: str, text: str, *, is_field: bool) -> Any:
    """The value that somebody means who typed `text` there."""
    if is_field:
        bare = _REFERENCE.fullmatch(text.strip())
        return f"{{{{{bare[1] if bare else text.strip()}}}}}"
    if operator in SEVERAL:
        return typed_several(text)
    return text if operator in _RAW else text.strip() if named_kind(operator) else typed(text)


def bare_field(text: str) -> str:
    """A field's name as conditions write it: without braces."""
    found = _REFERENCE.fullmatch(text.strip())
    return found[1] if found else text.strip()
