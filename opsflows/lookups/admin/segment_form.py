"""The form of a segment: comparisons as rows, and whether all or one of them must hold. Segments within it nest."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.lookups.admin.cells import Cell, Cells, CellsField
from opsflows.lookups.models import Segment
from opsflows.lookups.names import MAX_NAME
from opsflows.rules.compare import as_number
from opsflows.rules.conditions.named import NAMED_OPERATORS, SEGMENT
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.text import to_text

JOINS = (("AND", "All of them hold"), ("OR", "At least one of them holds"), ("NOT", "Not all of them hold"))
_NAMED_LABELS = {
    "in_segment": "in segment",
    "not_in_segment": "not in segment",
    "in_list": "is on the list",
    "not_in_list": "is not on the list",
}
COMPARISONS = [
    *((name, operator.label) for name, operator in OPERATORS.items()),
    *((name, _NAMED_LABELS[name]) for name in NAMED_OPERATORS),
]
#: Operators whose value is several.
_SEVERAL = frozenset({"in", "not_in", "between"})
#: Those that compare amounts, where a number in figures is one.
_AMOUNTS = frozenset({"greater_than", "less_than", "greater_or_equal", "less_or_equal", "between"})
_HELP = (
    "Several values (is one of, is between) stand with commas between. “In segment” and “on the list” take a name; a "
    "segment needs no field, and is how groups of comparisons stand in one another. Empty a row to take it away."
)


class SegmentForm(forms.Form):
    """Other conditions of `row`, or a new segment where there is none."""

    def __init__(self, *, row: Segment | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        join, rows = (as_rows(row.conditions) or ("AND", [])) if row else ("AND", [])
        if row is None:
            self.fields["name"] = fields.text("Name", max_length=MAX_NAME, help_text="What conditions call it.")
        about = row.description if row else ""
        self.fields["description"] = fields.text("What it is for", max_length=255, required=False, initial=about)
        self.fields["join"] = fields.choice("It holds if", JOINS, initial=join)
        self.fields["conditions"] = CellsField(
            [Cell("field", "Field"), Cell("operator", "Comparison", COMPARISONS), Cell("value", "Value")],
            stacked=True,
            label="Comparisons",
            initial=rows,
            help_text=_HELP,
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if "conditions" in data:
            data["conditions"] = {"logic": data["join"], "rules": [leaf_of(*row) for row in data["conditions"]]}
        return data


def as_rows(conditions: Any) -> tuple[str, list[Cells]] | None:
    """How they are joined, and the rows; None where groups stand in one another, which rows cannot show."""
    if not isinstance(conditions, Mapping) or not isinstance(conditions.get("rules"), list):
        return None
    leaves = conditions["rules"]
    if any(not isinstance(leaf, Mapping) or "operator" not in leaf for leaf in leaves):
        return None
    return str(conditions.get("logic") or "AND").upper(), [_row(leaf) for leaf in leaves]


def _row(leaf: Mapping[str, Any]) -> Cells:
    value = leaf.get("value")
    text = ", ".join(map(to_text, value)) if isinstance(value, list) else to_text(value)
    return (str(leaf.get("field") or ""), str(leaf["operator"]), text)


def leaf_of(field: str, operator: str, value: str) -> dict[str, Any]:
    """The comparison that a row says; what is wrong with it, the language says."""
    named = NAMED_OPERATORS.get(operator)
    leaf: dict[str, Any] = {"operator": operator}
    if field or named is None or named.kind != SEGMENT:
        leaf = {"field": field, "operator": operator}
    if operator in _SEVERAL:
        return {**leaf, "value": [_amount(operator, part.strip()) for part in value.split(",") if part.strip()]}
    takes_value = named is not None or operator not in OPERATORS or OPERATORS[operator].takes_value
    return {**leaf, "value": _amount(operator, value)} if takes_value or value else leaf


def _amount(operator: str, text: str) -> Any:
    number = as_number(text) if operator in _AMOUNTS else None
    if number is None or to_text(number) != text:
        return text
    return int(number) if isinstance(number, Decimal) and "." not in text else number
