"""Comparisons with something that is kept under a name: a saved segment, a named list.

The language knows how they are written, not what the names stand for. Whoever does puts an `Expanded` in the place of
each before the condition is compiled; one that is left refuses to compile, so a door that knows no names says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SEGMENT, LIST = "segment", "list"


@dataclass(frozen=True, slots=True)
class NamedOperator:
    """One way to compare with what stands behind a name."""

    name: str
    kind: str  #: `SEGMENT` or `LIST`.
    negated: bool = False


NAMED_OPERATORS: dict[str, NamedOperator] = {
    each.name: each
    for each in (
        NamedOperator("in_segment", SEGMENT),
        NamedOperator("not_in_segment", SEGMENT, negated=True),
        NamedOperator("in_list", LIST),
        NamedOperator("not_in_list", LIST, negated=True),
    )
}
_KEYS = frozenset({"field", "operator", "value"})


class Expanded(dict[str, Any]):
    """The condition that stands behind a name. JSON never becomes one, so nobody can claim a name by hand."""

    __slots__ = ("label",)

    def __init__(self, tree: Mapping[str, Any], label: str) -> None:
        super().__init__(tree)
        self.label = label


@dataclass(frozen=True, slots=True)
class NamedLeaf:
    """A well-formed comparison with a name. A segment is about the whole event, so its `field` is empty."""

    operator: NamedOperator
    field: str
    name: str

    def list_of(self, values: Iterable[Any]) -> Expanded:
        """The comparison with the values of the list."""
        operator = "not_in" if self.operator.negated else "in"
        return Expanded({"field": self.field, "operator": operator, "value": list(values)}, self.name)

    def segment_of(self, conditions: Any) -> Expanded:
        """The conditions of the segment; None where they are not known yet."""
        rules = [] if conditions is None else [conditions]
        return Expanded({"logic": "NOT" if self.operator.negated else "AND", "rules": rules}, self.name)


def named_leaf(value: object) -> NamedLeaf | None:
    """`value` as a comparison with a name, where it is one and nothing is wrong with it (`named_problem`)."""
    if not isinstance(value, Mapping) or isinstance(value, Expanded) or value.keys() - _KEYS:
        return None
    operator = value.get("operator")
    known = NAMED_OPERATORS.get(operator) if isinstance(operator, str) else None
    if known is None or named_problem(known, value) is not None:
        return None
    return NamedLeaf(known, value.get("field") or "", value["value"])


def named_problem(operator: NamedOperator, leaf: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with how such a comparison is written: the key, and the message."""
    name, field = leaf.get("value"), leaf.get("field")
    if not isinstance(name, str) or not name.strip() or "{{" in name:
        hint = "; for values that stand here use in" if operator.kind == LIST else ""
        return "value", f'must be the name of a {operator.kind}, such as "{_EXAMPLES[operator.kind]}"{hint}.'
    if operator.kind == SEGMENT and field not in (None, ""):
        return "field", f"is not used by {operator.name}: a segment names its fields itself; leave it empty."
    if operator.kind == LIST and (not isinstance(field, str) or not field.strip()):
        return "field", "is missing; name the field to look at, for example customer.country."
    return None


_EXAMPLES = {SEGMENT: "enterprise", LIST: "EU"}
