"""The form of a record: its fields as rows of a name and a value, so that nobody types JSON."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.admin_site.pairs import PairsField
from opsflows.records.models import Record
from opsflows.records.models.record import TYPE_RULE, check_type
from opsflows.rules.compare import as_number
from opsflows.rules.text import to_text

LONGEST_NAME = 100
#: Longer texts, and those of several lines, are not for a row.
_LONGEST_VALUE = 500
#: Rows that a new record offers beside the empty ones that every form has.
_ROWS = [("", "")] * 3
_TYPED = (
    "A number such as 12.50 is kept as a number, true and false as yes and no; in quotes, like “4711”, either is a "
    "text. Empty both fields of a row to take it away."
)
_QUOTES = (("“", "”"), ('"', '"'))


class RecordForm(forms.Form):
    """Title and fields of `row`; `cleaned_data` says what to set and what to take away."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *, row: Record | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"revision": row.revision} if row else {})
        before = row.data if row else {}
        self.shown = {name: value for name, value in before.items() if _fits(name, value)}
        kept = [name for name in before if name not in self.shown]
        also = f" Kept as they are, for they fit into no row: {', '.join(kept)}." if kept else ""
        self.fields["title"] = fields.text("Title", max_length=500, initial=row.title if row else "")
        self.fields["fields"] = PairsField(
            label="Fields",
            required=False,
            initial=[(name, to_text(value)) for name, value in self.shown.items()] or _ROWS,
            help_text=_TYPED + also,
        )
        self.kept = frozenset(kept)

    def clean_fields(self) -> dict[str, Any]:
        """The fields by name, each as what it is."""
        rows: list[tuple[str, str]] = self.cleaned_data["fields"]
        if long := next((name for name, _ in rows if len(name) > LONGEST_NAME), None):
            raise forms.ValidationError(f"A name has at most {LONGEST_NAME} characters: “{long[:40]}…” has more.")
        if twice := next((name for name, _ in rows if name in self.kept), None):
            raise forms.ValidationError(f"“{twice}” is there already, and does not fit into a row; give another name.")
        return {name: typed(text, self.shown.get(name)) for name, text in rows}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        return data | {"without": sorted(self.shown.keys() - data.get("fields", self.shown).keys())}


class NewRecordForm(RecordForm):
    """A new record: of what type, and what it is called elsewhere."""

    def __init__(self, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data=data)
        self.fields["record_type"] = fields.text(
            "Type", max_length=63, initial="customer", validators=[check_type], help_text=TYPE_RULE
        )
        self.fields["key"] = fields.text(
            "Key",
            required=False,
            max_length=255,
            help_text="What it is called elsewhere, such as the CRM's id: by it, workflows find the record.",
        )
        self.order_fields(["record_type", "title", "key", "fields"])


def typed(text: str, before: Any = None) -> Any:
    """What `text` means in a row that held `before`: what reads as before is left as it is."""
    if to_text(before) == text:
        return before if before is not None else ""
    for opening, closing in _QUOTES:
        if len(text) > 1 and text.startswith(opening) and text.endswith(closing):
            return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    number = as_number(text)
    # Numbers that are written otherwise are names in figures: 007, +49 431, 1e5.
    if number is None or len(text) > 30 or to_text(number) != text:
        return text
    return int(number) if isinstance(number, Decimal) and "." not in text else number


def _fits(name: str, value: Any) -> bool:
    if isinstance(value, dict | list) or not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        return False
    text = to_text(value)
    return value is not None and len(text) <= _LONGEST_VALUE and text == " ".join(text.splitlines())
