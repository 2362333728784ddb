"""Names and values as rows of a form, instead of JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES

from opsflows.rules.text import to_text

Pair = tuple[str, str]

#: Empty rows below those that are filled.
_SPARE = 3


class PairsWidget(forms.Widget):
    """Rows of two fields each; what is left empty does not count."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Pair]:
        names, values = _all(data, f"{name}-name"), _all(data, f"{name}-value")
        return [(key, value) for key, value in zip(names, values, strict=False) if key.strip() or value.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-name" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows: list[Pair] = [*(value or []), *[("", "")] * _SPARE]
        look = " ".join(INPUT_CLASSES)
        first = (attrs or {}).get("id", f"id_{name}")
        inner = format_html_join(
            "",
            '<li><input type="text" name="{}-name" value="{}" id="{}-{}" class="{}" placeholder="Name" '
            'aria-label="Name {}"><input type="text" name="{}-value" value="{}" class="{}" placeholder="Value" '
            'aria-label="Value {}"></li>',
            (
                (name, key, first, number, look, number + 1, name, text, look, number + 1)
                for number, (key, text) in enumerate(rows)
            ),
        )
        button = format_html('<button type="button" class="ops-button" data-more="{}">Another one</button>', "pairs")
        return format_html('<ul class="ops-pairs">{}</ul><div>{}</div>', inner, button)


class PairsField(forms.Field):
    """A list of names with their values, each name once."""

    widget = PairsWidget

    def clean(self, value: Any) -> list[Pair]:
        pairs = [(key.strip(), text) for key, text in value or []]
        names = [key for key, _ in pairs]
        if "" in names:
            raise forms.ValidationError("Every value needs a name; leave both fields of a row empty to take it away.")
        if twice := next((key for key in names if names.count(key) > 1), None):
            raise forms.ValidationError(f"The name “{twice}” stands here twice.")
        return pairs


def as_pairs(data: Mapping[str, Any]) -> list[Pair]:
    """What of `data` fits into rows."""
    return [(key, to_text(value)) for key, value in data.items() if not _is_nested(value)]


def nested_names(data: Mapping[str, Any]) -> list[str]:
    """What of `data` does not: lists and objects, which the API set."""
    return [key for key, value in data.items() if _is_nested(value)]


def merged(pairs: Sequence[Pair], data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as `pairs` want it: what reads as before keeps its type, and what no row can show stays."""
    shown = {
        key: data[key] if key in data and not _is_nested(data[key]) and to_text(data[key]) == text else text
        for key, text in pairs
    }
    return {key: data[key] for key in nested_names(data)} | shown


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _all(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else [data[name]] if name in data else []
