"""From the JSON of a condition to a checked tree, or to the list of everything that is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from opsflows.rules.conditions.named import NAMED_OPERATORS, Expanded, named_problem
from opsflows.rules.conditions.operators import OPERATORS, SYNONYMS, Operator
from opsflows.rules.errors import Problem, RuleError
from opsflows.rules.lookup import Segments, split_path
from opsflows.rules.text import excerpt

MAX_DEPTH = 10
MAX_LEAVES = 200
MAX_FIELD_LENGTH = 200
LOGICS = ("AND", "OR", "NOT")

_GROUP_KEYS = ("logic", "rules", "conditions")
_LEAF_KEYS = ("field", "operator", "value")
_KNOWN = (*OPERATORS, *NAMED_OPERATORS)
_REFERENCE = re.compile(r"\{\{\s*([^{}|\s][^{}|]*?)\s*\}\}")


@dataclass(frozen=True)
class Reference:
    """A value that is another field's value: ``{{path}}``."""

    path: str
    segments: Segments


@dataclass(frozen=True)
class Leaf:
    """One comparison."""

    field: str
    segments: Segments
    operator: Operator
    expected: Any  #: The value to compare with, or a `Reference`.
    label: str = ""  #: The named list that the values are of.


@dataclass(frozen=True)
class Group:
    """AND: all hold. OR: at least one holds. NOT: not all hold. Only the whole tree may be empty: it always holds."""

    logic: str
    children: tuple["Node", ...]
    label: str = ""  #: The saved segment that its one child is.


Node: TypeAlias = Leaf | Group


def parse_tree(tree: object, path: str) -> Group | Leaf:
    """The checked tree.

    Raises:
        RuleError: with every problem of the whole tree.
    """
    parser = _Parser()
    node = parser.node(tree, path, 1)
    if parser.leaves > MAX_LEAVES:
        parser.problems.append(Problem(path, f"has {parser.leaves} comparisons; at most {MAX_LEAVES} are possible."))
    if parser.problems or node is None:
        raise RuleError(parser.problems)
    return node


class _Parser:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.leaves = 0

    def node(self, tree: object, path: str, depth: int) -> Node | None:
        if depth > MAX_DEPTH:
            self._wrong(path, f"groups are nested deeper than {MAX_DEPTH} levels; flatten them.")
            return None
        if tree is None or tree == {}:
            if depth > 1:
                self._wrong(path, "is empty; give it field and operator, or take it out.")
            return Group("AND", ())
        if isinstance(tree, list | tuple):
            return self._children("AND", list(tree), path, depth)
        if isinstance(tree, Expanded):
            return self._expanded(tree, path, depth)
        if not isinstance(tree, Mapping):
            self._wrong(path, f"must be a condition or a group of conditions, not {excerpt(tree)}.")
            return None
        if any(key in tree for key in _LEAF_KEYS):
            return self._leaf(tree, path)
        return self._group(tree, path, depth)

    def _expanded(self, tree: Expanded, path: str, depth: int) -> Node | None:
        """What stands behind a name. Whatever is wrong with it is said where the name stands."""
        if "rules" not in tree:
            leaf = self._leaf(tree, path)
            return leaf and replace(leaf, label=tree.label)
        nodes = [self.node(item, path, depth + 1) for item in tree["rules"]]
        return Group(tree["logic"], tuple(node for node in nodes if node is not None), tree.label)

    def _group(self, tree: Mapping[str, Any], path: str, depth: int) -> Node | None:
        self._unknown_keys(tree, _GROUP_KEYS, path)
        if "rules" in tree and "conditions" in tree:
            self._wrong(path, "has both rules and conditions, which mean the same; keep one of them.")
            return None
        logic = tree.get("logic") or "AND"
        if not isinstance(logic, str) or logic.upper() not in LOGICS:
            self._wrong(f"{path}.logic", f"{excerpt(logic)} is not known; use AND, OR or NOT.")
            logic = "AND"
        key = "conditions" if "conditions" in tree else "rules"
        items = tree.get(key)
        if items is not None and not isinstance(items, list | tuple):
            self._wrong(f"{path}.{key}", "must be a list of conditions.")
            return None
        return self._children(logic.upper(), list(items or ()), f"{path}.{key}", depth)

    def _children(self, logic: str, items: list[object], path: str, depth: int) -> Group:
        # Counted before the walk, so that a huge list costs nothing but its own length.
        if len(items) > MAX_LEAVES:
            self._wrong(path, f"has {len(items)} conditions; at most {MAX_LEAVES} are possible.")
            return Group(logic, ())
        if not items and logic != "AND":
            self._wrong(path, f"is empty; {logic} needs at least one condition.")
        elif not items and depth > 1:
            self._wrong(path, "is empty; put a condition in, or take the group out.")
        nodes = [self.node(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(items)]
        return Group(logic, tuple(node for node in nodes if node is not None))

    def _leaf(self, tree: Mapping[str, Any], path: str) -> Leaf | None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            return None
        before = len(self.problems)
        self._unknown_keys(tree, _LEAF_KEYS, path)
        if self._is_named(tree, path):
            return None
        field = self._field(tree, path)
        operator = self._operator(tree, path)
        expected = self._expected(tree, operator, path) if operator else None
        if field is None or operator is None or len(self.problems) > before:
            return None
        return Leaf(field, split_path(field), operator, expected)

    def _is_named(self, tree: Mapping[str, Any], path: str) -> bool:
        """Whether it compares with a name that nobody put anything in the place of; says why that cannot be."""
        name = tree.get("operator")
        operator = NAMED_OPERATORS.get(name) if isinstance(name, str) else None
        if operator is None:
            return False
        problem = named_problem(operator, tree)
        key, message = problem or ("value", f"names a {operator.kind}, and none of that name is known here.")
        self._wrong(f"{path}.{key}", message)
        return True

    def _field(self, tree: Mapping[str, Any], path: str) -> str | None:
        field = tree.get("field")
        path = f"{path}.field"
        if not isinstance(field, str) or not field.strip():
            self._wrong(path, "is missing; name the field to look at, for example customer.email.")
            return None
        if len(field) > MAX_FIELD_LENGTH:
            self._wrong(path, f"is longer than {MAX_FIELD_LENGTH} characters.")
            return None
        reference = _REFERENCE.fullmatch(field.strip())
        if reference or "{{" in field:
            bare = reference[1] if reference else "its name"
            self._wrong(path, f"is written without braces: {bare}.")
            return None
        if not all(split_path(field)):
            self._wrong(path, f"{excerpt(field)} has an empty part; write parts separated by single dots.")
            return None
        return field

    def _operator(self, tree: Mapping[str, Any], path: str) -> Operator | None:
        name = tree.get("operator")
        path = f"{path}.operator"
        if name is None:
            self._wrong(path, f"is missing; use one of {', '.join(_KNOWN)}.")
            return None
        if isinstance(name, str) and name in OPERATORS:
            return OPERATORS[name]
        self._wrong(path, f"{excerpt(name)} is not an operator; {_suggest(name)}")
        return None

    def _expected(self, tree: Mapping[str, Any], operator: Operator, path: str) -> Any:
        path = f"{path}.value"
        value = tree.get("value")
        if not operator.takes_value:
            if value is not None and value != "":
                self._wrong(path, f"is not used by {operator.name}; leave it out.")
            return None
        if "value" not in tree:
            self._wrong(path, f"is missing; {operator.name} needs a value to compare with.")
            return None
        if isinstance(value, str) and (reference := _REFERENCE.fullmatch(value.strip())):
            return Reference(reference[1], split_path(reference[1]))
        if any(isinstance(text, str) and "{{" in text for text in (value if isinstance(value, list) else [value])):
            self._wrong(path, "must be a plain value, or exactly one {{field}} and nothing around it.")
            return None
        if problem := operator.check(value):
            self._wrong(path, f"{problem}.")
        return value

    def _unknown_keys(self, tree: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
        for key in tree:
            if key not in known:
                close = get_close_matches(str(key)[:40], known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
                self._wrong(f"{path}.{str(key)[:40]}", f"is not known here; {hint}")

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))


def _suggest(name: object) -> str:
    if isinstance(name, str):
        plain = re.sub(r"[\s-]+", "_", name.strip().lower())[:40]
        close = [SYNONYMS[plain]] if plain in SYNONYMS else get_close_matches(plain, _KNOWN, n=1)
        if close:
            return f"did you mean {close[0]}?"
    return f"use one of {', '.join(_KNOWN)}."
