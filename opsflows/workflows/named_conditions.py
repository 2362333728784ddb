"""Saved segments and named lists in conditions: which a definition names, and what is put in their place.

Conditions may stand anywhere in what a kind does not take for templates (`raw_fields`), and in a workflow's settings.
A version keeps what the names stood for when it was published; here that is put in, before anything is compiled.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from opsflows.rules import RuleError
from opsflows.rules.conditions.named import LIST, SEGMENT, NamedLeaf, named_leaf
from opsflows.rules.conditions.tree import MAX_LEAVES
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.references import Frozen, Reference
from opsflows.workflows.registry import all_kinds

#: How deep segments may stand in one another.
MAX_NESTING = 3

_Put = Callable[[NamedLeaf, str], Any]


def expand(value: Any, references: Frozen, *, path: str) -> Any:
    """`value` with what its names stand for; a name that is not in `references` stays, and will not compile.

    Raises:
        RuleError: segments stand in one another too deep, or what they come to is too much.
    """
    if not references.keys() & {SEGMENT, LIST}:
        return value
    return _Expansion(references, path).inside(value, path, 0)


def left_open(value: Any) -> Any:
    """`value` as it is judged while it is a draft: a name stands for something, whatever that may be."""
    return _rewritten(value, _open_leaf, "")


def names_in(value: Any, field: str = "") -> Iterator[Reference]:
    """Every name in `value`, with the field in which it stands."""
    found: list[Reference] = []

    def note(leaf: NamedLeaf, path: str) -> None:
        found.append(Reference(leaf.operator.kind, leaf.name, f"{path}.value"))

    _rewritten(value, note, field)
    yield from found


def expand_node(node: Node, references: Frozen) -> Node:
    """The step with what its names stand for; the very same where it has none. Raises `RuleError` as `expand`."""
    return _with_raw(node, lambda key, value: expand(value, references, path=f"{node.path}.config.{key}"))


def expand_graph(graph: Graph, references: Frozen) -> Graph:
    """`expand_node` for every step."""
    return replace(graph, nodes=tuple(expand_node(node, references) for node in graph.nodes))


def open_node(node: Node) -> Node:
    """`left_open` for a step."""
    return _with_raw(node, lambda key, value: left_open(value))


def open_graph(graph: Graph) -> Graph:
    """`left_open` for every step."""
    return replace(graph, nodes=tuple(open_node(node) for node in graph.nodes))


def names_in_node(node: Node) -> Iterator[Reference]:
    """Every name in the step's configuration."""
    for key in _raw_keys(node):
        yield from names_in(node.config[key], key)


class _Expansion:
    """Puts in what names stand for, and counts what that comes to."""

    def __init__(self, references: Frozen, path: str) -> None:
        self.references = references
        self.path = path
        self.left = MAX_LEAVES

    def inside(self, value: Any, path: str, depth: int) -> Any:
        return _rewritten(value, lambda leaf, path: self._put(leaf, depth), path)

    def _put(self, leaf: NamedLeaf, depth: int) -> Any:
        content = self.references.get(leaf.operator.kind, {}).get(leaf.name)
        if content is None:
            return None
        self.left -= 1
        if self.left < 0:
            message = (
                f"names more than {MAX_LEAVES} segments and lists, with those inside of segments; make it smaller."
            )
            raise RuleError.of(self.path, message)
        if leaf.operator.kind == LIST:
            return leaf.list_of(content["values"])
        if depth >= MAX_NESTING:
            message = (
                f"{leaf.name!r} stands in a segment in a segment in a segment, or leads back to itself; segments may "
                f"stand in one another {MAX_NESTING} deep."
            )
            raise RuleError.of(self.path, message)
        return leaf.segment_of(self.inside(content["conditions"], self.path, depth + 1))


def _open_leaf(leaf: NamedLeaf, path: str) -> Any:
    return leaf.list_of([leaf.name]) if leaf.operator.kind == LIST else leaf.segment_of(None)


def _raw_keys(node: Node) -> list[str]:
    kind = None if node.is_trigger else all_kinds().get(node.kind)
    return [key for key in node.config if key in kind.raw_fields] if kind else []


def _with_raw(node: Node, change: Callable[[str, Any], Any]) -> Node:
    changed = {key: change(key, node.config[key]) for key in _raw_keys(node)}
    if all(value is node.config[key] for key, value in changed.items()):
        return node
    return replace(node, config={**node.config, **changed})


def _rewritten(value: Any, put: _Put, path: str) -> Any:
    """`value` with what `put` gives for each named comparison (None leaves it); the very same where nothing changes."""
    if isinstance(value, Mapping):
        if (leaf := named_leaf(value)) is not None:
            found = put(leaf, path)
            return value if found is None else found
        items = {key: _rewritten(item, put, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
        return value if all(items[key] is item for key, item in value.items()) else items
    if isinstance(value, list | tuple):
        entries = [_rewritten(item, put, f"{path}[{index}]") for index, item in enumerate(value)]
        return value if all(new is old for new, old in zip(entries, value, strict=True)) else entries
    return value
