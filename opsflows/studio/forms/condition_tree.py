"""A condition as groups and comparisons with ids, and back into the very spelling in which it was written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opsflows.rules.conditions.tree import MAX_DEPTH, MAX_LEAVES
from opsflows.studio.forms.comparisons import fits_value
from opsflows.studio.forms.same import same

ROOT: Final = "n."
AND, OR, NOT, NONE = "AND", "OR", "NOT", "NONE"
LOGICS: Final = (
    (AND, "All of these hold"),
    (OR, "At least one of these holds"),
    (NONE, "None of these holds"),
    (NOT, "Not all of these hold"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A group or a comparison as it was written. `id` leads to it from the top."""

    id: str
    written: Any
    logic: str = ""
    #: What stands in a group; of none-of groups, what stands in the inner one.
    children: tuple["Place", ...] = ()

    @property
    def is_group(self) -> bool:
        return bool(self.logic)


def is_shown(tree: Any, depth: int = 1) -> bool:
    """Whether groups and rows can show the whole of it."""
    if depth > MAX_DEPTH:
        return False
    if tree is None or tree == {}:
        return depth == 1
    if isinstance(tree, list):
        return len(tree) <= MAX_LEAVES and all(is_shown(each, depth + 1) for each in tree)
    if not isinstance(tree, Mapping):
        return False
    if _is_leaf(tree):
        texts = (tree.get("field"), tree.get("operator"))
        return all(each is None or isinstance(each, str) for each in texts) and fits_value(tree.get("value"))
    if {"rules", "conditions"} <= tree.keys() or tree.keys() - {"logic", "rules", "conditions"}:
        return False
    if str(tree.get("logic") or AND).upper() not in (AND, OR, NOT):
        return False
    inner = tree.get(children_key(tree))
    return inner is None or (isinstance(inner, list) and is_shown(inner, depth))


def places(tree: Any) -> Place:
    """The tree as one group with what stands in it; a comparison by itself stands in a group of its own."""
    if tree is None or tree == {}:
        return Place(ROOT, tree, AND)
    if isinstance(tree, Mapping) and _is_leaf(tree):
        return Place(ROOT, tree, AND, (Place("0", tree),))
    return _place(tree, ROOT, "")


def by_id(place: Place) -> Iterator[tuple[str, Place]]:
    """Every group and comparison by its id."""
    yield place.id, place
    for child in place.children:
        yield from by_id(child)


def rebuilt(place: Place | None, logic: str, children: Sequence[Any]) -> Any:
    """A group with these `children`, spelled as `place` was, where there was one."""
    was = place.written if place is not None else None
    if place is not None and place.logic == logic and same(children, [each.written for each in place.children]):
        return was
    if isinstance(was, Mapping) and _is_leaf(was):
        return children[0] if logic == AND and len(children) == 1 else _group(None, logic, children)
    if isinstance(was, list) and logic == AND:
        return list(children)
    if logic == NONE:
        outer = was if place is not None and place.logic == NONE else None
        inner = outer[children_key(outer)][0] if isinstance(outer, Mapping) else None
        return _group(outer, NOT, [_group(inner, OR, children)])
    return _group(was if isinstance(was, Mapping) and was else None, logic, children)


def children_key(tree: Mapping[str, Any] | None) -> str:
    """What the group calls what stands in it."""
    return "conditions" if tree is not None and "conditions" in tree else "rules"


def child_path(place: Place | None, path: str, logic: str, number: int, count: int) -> str:
    """Where a group's child will stand, in the words of messages."""
    was = place.written if place is not None else None
    if isinstance(was, list) and logic == AND:
        return f"{path}[{number}]"
    if isinstance(was, Mapping) and _is_leaf(was) and count == 1 and logic == AND:
        return path
    key = children_key(was if isinstance(was, Mapping) else None)
    if logic != NONE:
        return f"{path}.{key}[{number}]"
    inner = was[key][0] if place is not None and place.logic == NONE and isinstance(was, Mapping) else None
    return f"{path}.{key}[0].{children_key(inner)}[{number}]"


def _group(was: Mapping[str, Any] | None, logic: str, children: Sequence[Any]) -> dict[str, Any]:
    group: dict[str, Any] = dict(was) if was is not None else {"logic": logic}
    if was is not None and str(was.get("logic") or AND).upper() != logic:
        group["logic"] = logic
    key = children_key(was)
    if children or key in group:
        group[key] = list(children)
    return group


def _place(tree: Any, id_: str, prefix: str) -> Place:
    if isinstance(tree, Mapping) and _is_leaf(tree):
        return Place(id_, tree)
    logic = AND if isinstance(tree, list) else str(tree.get("logic") or AND).upper()
    entries = tree if isinstance(tree, list) else tree.get(children_key(tree)) or []
    if logic == NOT and len(entries) == 1 and _is_none_of(entries[0]):
        logic, entries = NONE, entries[0].get(children_key(entries[0])) or []
    children = (_place(each, f"{prefix}{number}", f"{prefix}{number}.") for number, each in enumerate(entries))
    return Place(id_, tree, logic, tuple(children))


def _is_none_of(entry: Any) -> bool:
    return isinstance(entry, Mapping) and not _is_leaf(entry) and str(entry.get("logic") or AND).upper() == OR


def _is_leaf(tree: Mapping[str, Any]) -> bool:
    return any(key in tree for key in ("field", "operator", "value"))
