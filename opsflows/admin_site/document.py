"""A JSON document as nested, foldable HTML: readable without a script, numbers as they were written."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from opsflows.jsontext import dump_json

#: Values of one document that a page shows; what is beyond it is said to be there.
MOST_VALUES = 2000
LONGEST_TEXT = 5000
#: What is open at first: so many levels, as long as each is no longer than so many entries.
_OPEN_LEVELS = 4
_OPEN_ENTRIES = 15


class _Budget:
    def __init__(self, left: int) -> None:
        self.left = left


def document(value: Any, *, most: int = MOST_VALUES) -> SafeString:
    """`value` folded by key; at most `most` values of it are shown."""
    return _node(value, 0, _Budget(most))


def _node(value: Any, depth: int, budget: _Budget) -> SafeString:
    if isinstance(value, Mapping) and value:
        return _entries([(str(key), inner) for key, inner in value.items()], depth, budget)
    if isinstance(value, list | tuple) and value:
        return _entries([(str(number), inner) for number, inner in enumerate(value, 1)], depth, budget)
    return _leaf(value)


def _entries(entries: list[tuple[str, Any]], depth: int, budget: _Budget) -> SafeString:
    rows = format_html_join("", "{}", ((row,) for row in _rows(entries, depth, budget)))
    return format_html('<div class="ops-json">{}</div>', rows)


def _rows(entries: list[tuple[str, Any]], depth: int, budget: _Budget) -> Iterator[SafeString]:
    for position, (key, inner) in enumerate(entries):
        if budget.left <= 0:
            yield format_html('<div class="ops-quiet">… and {} more, not shown here</div>', len(entries) - position)
            return
        budget.left -= 1
        if isinstance(inner, Mapping | list | tuple) and inner:
            yield format_html(
                '<details{}><summary><span class="ops-key">{}</span> <span class="ops-quiet">{}</span></summary>{}'
                "</details>",
                " open" if depth < _OPEN_LEVELS - 1 and len(inner) <= _OPEN_ENTRIES else "",
                key,
                _size(inner),
                _node(inner, depth + 1, budget),
            )
        else:
            yield format_html('<div class="ops-pair"><span class="ops-key">{}</span> {}</div>', key, _leaf(inner))


def _leaf(value: Any) -> SafeString:
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
        return format_html('<span class="ops-text">{}</span>', cut) if cut else _word("empty text")
    if value is None:
        return _word("null")
    if isinstance(value, Mapping | list | tuple):
        return _word("empty")
    return format_html('<span class="ops-number">{}</span>', dump_json(value))


def _word(text: str) -> SafeString:
    return format_html('<span class="ops-quiet">{}</span>', text)


def _size(value: Any) -> str:
    count = len(value)
    if isinstance(value, Mapping):
        return f"{count} field{'' if count == 1 else 's'}"
    return f"{count} item{'' if count == 1 else 's'}"
