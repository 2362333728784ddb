"""Values of a configuration as people write them, and the parts in which two long texts differ."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from opsflows.outbound.redact import MASK, is_secret_name, redact_value
from opsflows.rules.text import to_text

NOTHING = "nothing"
#: The longest value that is told whole.
LONGEST = 600
#: Of two longer texts, only where they part is told, with so much around it.
_SHORT = 120
_AROUND = 30

#: A text that reads as itself without quotes: a channel, an address, the name of an event.
_PLAIN = re.compile(r"(?=\D*[^\W\d])[^\s“”,;→]+")
_WORDS = frozenset({"yes", "no", "nothing", "true", "false", "none", "null"})
_SPACE = re.compile(r"\s")


def value_in_words(value: Any, key: str = "") -> str:
    """A value in one line: numbers with their thousands apart, texts in quotes where they need them.

    Under a key such as `token`, and in the query of a URL, secrets are masked.
    """
    if key and value is not None and is_secret_name(key):
        return MASK
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return cut(_text(redact_value(value)))
    if isinstance(value, Mapping):
        return cut("; ".join(f"{name}: {_inside(inner, str(name))}" for name, inner in value.items()))
    if isinstance(value, list | tuple):
        return cut(", ".join(_inside(each) for each in value))
    return number_in_words(value)


def number_in_words(value: Any) -> str:
    """A number with its thousands apart and the decimals it came with."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:,f}"
    return f"{value:,}" if isinstance(value, int) else to_text(value)


def cut(text: str) -> str:
    """A text as long as a line may be."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def parting(old: str, new: str) -> tuple[str, str]:
    """Two texts from where they part to where they meet again, whole words; short ones as they are."""
    if max(len(old), len(new)) <= _SHORT:
        are_plain = all(_is_plain(text) for text in (old, new))
        return (old, new) if are_plain else (f"“{old}”", f"“{new}”")
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    start = min(len(old), len(new)) if start is None else start
    most = min(len(old), len(new)) - start
    end = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    return _around(old, start, end), _around(new, start, end)


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), len(text) - end + _AROUND)
    # To the edges of words, unless a word is endless.
    while first > 0 and start - first < 2 * _AROUND and not _SPACE.match(text[first - 1]):
        first -= 1
    while last < len(text) and last + end - len(text) < 2 * _AROUND and not _SPACE.match(text[last]):
        last += 1
    shown = cut(text[first:last])
    return f"“{'…' if first else ''}{shown}{'…' if last < len(text) and not shown.endswith('…') else ''}”"


def _text(text: str) -> str:
    return text if _is_plain(text) else f"“{text}”"


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.casefold() not in _WORDS


def _inside(value: Any, key: str = "") -> str:
    said = value_in_words(value, key)
    return f"({said})" if isinstance(value, Mapping | list | tuple) and value and said != MASK else said
