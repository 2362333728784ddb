"""Conditions in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.outbound.redact import MASK, is_secret_name
from opsflows.rules import RuleError
from opsflows.rules.conditions.explain import list_in_words
from opsflows.rules.conditions.tree import Group, Leaf, Reference, parse_tree
from opsflows.rules.text import excerpt, to_text
from opsflows.workflows.graph import Node
from opsflows.workflows.named_conditions import left_open
from opsflows.workflows.wording.values import number_in_words

JOINED = {"AND": "all of these hold", "OR": "one of these holds", "NOT": "not all of these hold"}
_BETWEEN = {"AND": " and ", "OR": " or ", "NOT": " and "}


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in words: a comparison, or a group (`parts`) under the sentence that joins it."""

    sentence: str
    parts: tuple["Clause", ...] = ()


def in_words(conditions: Any) -> Clause:
    """A condition as Rules writes it, in words."""
    try:
        return clause_of_tree(read_conditions(conditions))
    except RuleError as error:
        return Clause(f"a condition that cannot be read: {error.problems[0].message}")


def in_line(conditions: Any) -> str:
    """The same in one line: `value is greater than 5 and (tier equals “VIP” or owner is empty)`."""
    try:
        return tree_in_line(read_conditions(conditions))
    except RuleError as error:
        return f"a condition that cannot be read: {error.problems[0].message}"


def read_conditions(conditions: Any) -> Group | Leaf:
    """The tree of a condition whose names are left to stand for whatever they do. Raises `RuleError`."""
    return parse_tree(left_open(conditions), "conditions")


def clause_of(node: Node) -> Clause:
    """What a step that checks a condition, or several cases, decides by."""
    cases = node.config.get("cases")
    if not isinstance(cases, list) or not cases:
        return in_words(node.config.get("conditions"))
    value = to_text(node.config.get("value"))
    parts = (_case(case, value) for case in cases if isinstance(case, Mapping))
    return Clause("the first of these that holds, else “else”", tuple(parts))


def wanted(case: Mapping[str, Any]) -> str:
    """What a case that has no condition of its own asks of the value: a band, or to be equal."""
    # A configuration is recorded under the names of the fields, and written under their aliases.
    start, end = case.get("start", case.get("from")), case.get("end", case.get("to"))
    if start is not None and end is not None:
        return f"at least {start} and less than {end}"
    if start is not None:
        return f"at least {start}"
    if end is not None:
        return f"less than {end}"
    return f"equals {excerpt(case.get('equals'))}"


def clause_of_tree(node: Group | Leaf) -> Clause:
    """A tree in words."""
    if isinstance(node, Leaf):
        return Clause(leaf_in_words(node))
    if node.label:
        return Clause(group_in_words(node))
    parts = tuple(clause_of_tree(child) for child in node.children)
    if len(parts) == 1 and node.logic != "NOT":
        return parts[0]
    return Clause(group_in_words(node), parts)


def tree_in_line(node: Group | Leaf, *, is_inside: bool = False) -> str:
    """A tree in one line; a group inside of another stands in parentheses."""
    if isinstance(node, Leaf):
        return leaf_in_words(node)
    if node.label or not node.children:
        return group_in_words(node)
    if len(node.children) == 1 and node.logic != "NOT":
        return tree_in_line(node.children[0], is_inside=is_inside)
    said = _BETWEEN[node.logic].join(tree_in_line(child, is_inside=True) for child in node.children)
    if node.logic == "NOT":
        return f"not ({said})"
    return f"({said})" if is_inside else said


def group_in_words(group: Group) -> str:
    """How a group joins what it holds; a saved segment by its name."""
    if group.label:
        return f"{'not ' if group.logic == 'NOT' else ''}in segment “{group.label}”"
    return JOINED[group.logic] if group.children else "always"


def leaf_in_words(leaf: Leaf) -> str:
    """One comparison: `value is greater than 100,000`."""
    if leaf.label:
        return f"{leaf.field} {list_in_words(leaf.operator, leaf.label)}"
    expected = f" {expected_in_words(leaf)}" if leaf.operator.takes_value else ""
    return f"{leaf.field} {leaf.operator.label}{expected}"


def expected_in_words(leaf: Leaf) -> str:
    """What a comparison compares with; masked where the field's name says that it is secret."""
    is_open = isinstance(leaf.expected, Reference)
    if not is_open and any(is_secret_name(part) for part in leaf.field.split(".")):
        return MASK
    return _value(leaf.expected)


def _value(value: Any) -> str:
    """As people write it: numbers with their thousands apart, texts in quotes."""
    if isinstance(value, Reference):
        return f"the field {value.path}"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool) or value is None:
        return to_text(value) or "nothing"
    return number_in_words(value)


def _case(case: Mapping[str, Any], value: str) -> Clause:
    name = to_text(case.get("name"))
    if case.get("conditions") is None:
        return Clause(f"“{name}”: {value} {wanted(case)}")
    found = in_words(case["conditions"])
    return Clause(f"“{name}”: {found.sentence}", found.parts)
