"""The forms of a lookup table: its columns, a page of its rows as a grid, and rows out of a spreadsheet."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget

from opsflows.admin_site import fields
from opsflows.lookups.admin.cells import Cell, Cells, CellsField
from opsflows.lookups.models import LookupTable
from opsflows.lookups.names import MAX_NAME
from opsflows.lookups.read_pasted import MAX_FILE, in_words, read_pasted, replaced_by, text_of, updated_by
from opsflows.lookups.snapshots import content_of
from opsflows.lookups.table_content import TYPES, Column, Content, Row, WrongContent

#: Rows of one page of the grid: with twenty columns still fewer fields than a request may have.
PAGE = 25
_TYPE_CHOICES = [(name, name.capitalize()) for name in TYPES]
_COLUMNS_HELP = (
    "The first is the key: a text, and there once. Texts read the others by their names, so they have no spaces. "
    "At most 20. "
)
_BOOLEANS = [("", ""), ("yes", "yes"), ("no", "no")]


class ColumnsForm(forms.Form):
    """Description and columns of `row`, or a new table where there is none."""

    def __init__(self, *, row: LookupTable | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        rows: list[Cells] = [("key", "text", ""), ("value", "text", "")]
        if row is None:
            self.fields["name"] = fields.text("Name", max_length=MAX_NAME, help_text="What lookup steps call it.")
        else:
            content = content_of(row.snapshot)
            rows = [(column.name, column.type, column.name) for column in content.columns]
            self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=content.hash)
        about = row.description if row else ""
        self.fields["description"] = fields.text("What it is for", max_length=255, required=False, initial=about)
        self.fields["columns"] = CellsField(
            [Cell("name", "Column"), Cell("type", "Values", _TYPE_CHOICES), Cell("was", "Before", is_hidden=True)],
            label="Columns",
            initial=rows,
            help_text=_COLUMNS_HELP + ("Empty the name of one to take it away, with its values." if row else ""),
        )

    def clean_columns(self) -> list[tuple[Column, str]]:
        # What only says which column it was before is one whose name was taken away.
        return [(Column(name, kind), was) for name, kind, was in self.cleaned_data["columns"] if name]


class RowsForm(forms.Form):
    """One page of the table's rows; `place` says which. `cleaned_data["rows"]` is the whole table, changed."""

    def __init__(
        self, *, row: LookupTable, data: Mapping[str, Any] | None = None, place: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.content = content_of(row.snapshot)
        self.find = str((place or {}).get("find", ""))
        self.page = page_number(place or {})
        shown, self.pages = rows_on(self.content, self.find, self.page, PAGE)
        first = self.content.columns[0].name
        cells = [_cell(number, column) for number, column in enumerate(self.content.columns)]
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self.content.hash)
        self.fields["grid"] = CellsField(
            [*cells, Cell("was", "Before", is_hidden=True)],
            label="Rows",
            required=False,
            initial=[(*map(in_words, each), each[0]) for each in shown],
            help_text=f"Empty the {first} of a row to take the row away. New ones come to the end of the table.",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if "grid" not in data:
            return data
        rows: dict[str, Any] = dict(self.content.by_key)
        fresh: list[Cells] = []
        for *cells, was in data["grid"]:
            if was in rows:
                rows[was] = tuple(cells) if cells[0] else None
            elif any(cells):
                fresh.append(tuple(cells))
        return data | {"rows": [*(each for each in rows.values() if each is not None), *fresh]}


class PasteForm(forms.Form):
    """Rows out of a spreadsheet; `content` is the table that they make, once the form is valid."""

    content: Content

    def __init__(self, *, row: LookupTable, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        # Files alone would make Django take an empty form for a sent one.
        super().__init__(data, None if data is None else files)
        self.before = content_of(row.snapshot)
        names = ", ".join(column.name for column in self.before.columns)
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self.before.hash)
        self.fields["mode"] = fields.choice(
            "What to do with them",
            [("update", "Change and add these rows, leave the others"), ("replace", "These are all rows there are")],
        )
        self.fields["file"] = forms.FileField(
            label="A CSV file",
            required=False,
            widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.tsv,.txt"}),
            help_text=f"In UTF-8, at most {MAX_FILE // 1_000_000} MB. You see what it changes before it is saved.",
        )
        self.fields["text"] = fields.prose(
            "Or rows, pasted from a spreadsheet",
            rows=10,
            required=False,
            help_text=f"The first line names the columns: {names}.",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if self.errors:
            return data
        try:
            text = text_of(data["file"].read()) if data.get("file") else data["text"]
            pasted = read_pasted(text)
            self.content = (replaced_by if data["mode"] == "replace" else updated_by)(self.before, pasted)
        except WrongContent as error:
            for problem in error.problems:
                self.add_error("file" if data.get("file") else "text", problem)
            return data
        return data | {"text": text, "rows": [list(each) for each in self.content.rows]}


def rows_on(content: Content, find: str, page: int, size: int) -> tuple[list[Row], int]:
    """The rows of one page (from 1) whose key or another value holds `find`, and how many pages there are."""
    wanted = find.strip().casefold()
    found = [row for row in content.rows if not wanted or any(wanted in in_words(value).casefold() for value in row)]
    return found[(page - 1) * size : page * size], max(1, -(-len(found) // size))


def page_number(place: Mapping[str, Any]) -> int:
    """The page that `place` asks for; the first where that is no number."""
    text = str(place.get("page", ""))
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _cell(number: int, column: Column) -> Cell:
    return Cell(f"c{number}", column.name, _BOOLEANS if column.type == "boolean" else ())
