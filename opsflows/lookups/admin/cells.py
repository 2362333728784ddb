"""Rows of several cells in a form: a condition's comparisons, a table's columns, a table's rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

Cells = tuple[str, ...]

#: Empty rows below those that are filled.
_SPARE = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of every row; with `choices` one of a few, hidden it goes along and is not shown."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]] = ()
    is_hidden: bool = False


class CellsWidget(forms.Widget):
    """Rows of fields; one whose texts are all empty does not count."""

    def __init__(self, cells: Sequence[Cell], *, spare: int = _SPARE, stacked: bool = False) -> None:
        super().__init__()
        self.cells = tuple(cells)
        self.spare = spare
        #: On a phone the first cell of a row stands above the others, instead of beside them.
        self.stacked = stacked

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Cells]:
        columns = [_all(data, f"{name}-{cell.name}") for cell in self.cells]
        rows = zip(*columns, strict=False) if columns else ()
        return [row for row in rows if self._counts(row)]

    def _counts(self, row: Cells) -> bool:
        """A choice always says something, so it does not make a row."""
        pairs = zip(self.cells, row, strict=True)
        return any(value.strip() for cell, value in pairs if cell.is_hidden or not cell.choices)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-{self.cells[0].name}" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        empty = tuple("" for _ in self.cells)
        rows: list[Cells] = [*(value or []), *[empty] * self.spare]
        first = (attrs or {}).get("id", f"id_{name}")
        inner = format_html_join("", "<li>{}</li>", ((self._row(name, row, at, first),) for at, row in enumerate(rows)))
        head = format_html_join("", "<span>{}</span>", ((cell.label,) for cell in self.cells if not cell.is_hidden))
        button = format_html('<button type="button" class="ops-button" data-more="{}">Another one</button>', "pairs")
        return format_html(
            '<div class="ops-cells{}"><div class="ops-cells-head" aria-hidden="true">{}</div>'
            '<ul class="ops-pairs">{}</ul></div><div>{}</div>',
            " ops-cells-stacked" if self.stacked else "",
            head,
            inner,
            button,
        )

    def _row(self, name: str, row: Cells, number: int, first: str) -> SafeString:
        pairs = zip(self.cells, row, strict=True)
        shown = [(place, cell, value) for place, (cell, value) in enumerate(pairs)]
        at = next(place for place, cell, _ in shown if not cell.is_hidden)
        return format_html_join(
            "",
            "{}",
            (
                (self._cell(name, cell, value, number, f"{first}-{number}" if place == at else ""),)
                for place, cell, value in shown
            ),
        )

    def _cell(self, name: str, cell: Cell, value: str, number: int, identity: str) -> SafeString:
        if cell.is_hidden:
            return format_html('<input type="hidden" name="{}-{}" value="{}">', name, cell.name, value)
        named = format_html('name="{}-{}" aria-label="{} {}"', name, cell.name, cell.label, number + 1)
        identified = format_html(' id="{}"', identity) if identity else ""
        if cell.choices:
            options = format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((key, " selected" if key == value else "", label) for key, label in cell.choices),
            )
            look = " ".join(SELECT_CLASSES)
            return format_html('<select {}{} class="{}">{}</select>', named, identified, look, options)
        look = " ".join(INPUT_CLASSES)
        hint = format_html(' placeholder="{}"', cell.label) if self.stacked else ""
        return format_html('<input type="text" {}{} value="{}"{} class="{}">', named, identified, value, hint, look)


class CellsField(forms.Field):
    """A list of rows, each a tuple of texts."""

    def __init__(self, cells: Sequence[Cell], *, spare: int = _SPARE, stacked: bool = False, **options: Any) -> None:
        super().__init__(widget=CellsWidget(cells, spare=spare, stacked=stacked), **options)

    def clean(self, value: Any) -> list[Cells]:
        rows: list[Cells] = [tuple(cell.strip() for cell in row) for row in value or []]
        if self.required and not rows:
            raise forms.ValidationError("Fill in at least one row.")
        return rows


def _all(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else [data[name]] if name in data else []
