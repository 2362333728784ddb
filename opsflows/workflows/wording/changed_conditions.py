"""What is different between two conditions, comparison by comparison within the groups that belong together."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

from opsflows.jsontext import canonical_json
from opsflows.outbound.redact import MASK
from opsflows.rules import RuleError
from opsflows.rules.conditions.tree import Group, Leaf, Reference
from opsflows.workflows.wording.clauses import (
    JOINED,
    expected_in_words,
    leaf_in_words,
    read_conditions,
    tree_in_line,
)
from opsflows.workflows.wording.parts import Part

T = TypeVar("T", bound=Group | Leaf)
_Pairs = list[tuple[T, T]]


def changed_conditions(old: Any, new: Any) -> Iterator[Part]:
    """Of two conditions as Rules writes them; one that cannot be read is said to be there."""
    try:
        before, after = _group(read_conditions(old)), _group(read_conditions(new))
    except RuleError:
        yield Part("changed", "changed, and cannot be read on one of the sides")
        return
    found = list(_groups(before, after))
    if not found and canonical_json(old) != canonical_json(new):
        found = [Part("changed", f"written otherwise, and means the same: {tree_in_line(after)}")]
    yield from found


def _group(tree: Group | Leaf) -> Group:
    """The tree as a group; one that only holds another is that other."""
    if isinstance(tree, Leaf) or tree.label:
        return Group("AND", (tree,))
    if len(tree.children) == 1 and tree.logic != "NOT":
        return _group(tree.children[0])
    return tree


def _groups(old: Group, new: Group) -> Iterator[Part]:
    if _meaning(old) == _meaning(new):
        return
    # Of a single comparison it does not matter how it is joined.
    if old.logic != new.logic and max(len(old.children), len(new.children)) > 1:
        yield Part("changed", f"{JOINED[old.logic]} → {JOINED[new.logic]}", JOINED[old.logic], JOINED[new.logic])
    elif "NOT" in (old.logic, new.logic) and old.logic != new.logic:
        before, after = tree_in_line(old), tree_in_line(new)
        yield Part("changed", f"{before} → {after}", before, after)
        return
    older, newer = [*map(_child, old.children)], [*map(_child, new.children)]
    _paired(older, newer, _meaning)
    yield from _leaves(*([each for each in side if isinstance(each, Leaf)] for side in (older, newer)))
    yield from _inner(*([each for each in side if isinstance(each, Group)] for side in (older, newer)))


def _child(child: Group | Leaf) -> Group | Leaf:
    if isinstance(child, Leaf) or child.label:
        return child
    found = _group(child)
    return found.children[0] if len(found.children) == 1 and found.logic != "NOT" else found


def _leaves(old: list[Leaf], new: list[Leaf]) -> Iterator[Part]:
    for one, other in _paired(old, new, lambda leaf: (leaf.field, leaf.operator.name)):
        yield _turned(one, other)
    for one, other in _paired(old, new, lambda leaf: leaf.field):
        yield _turned(one, other)
    yield from (Part("added", f"added: {leaf_in_words(leaf)}", after=leaf_in_words(leaf)) for leaf in new)
    yield from (Part("removed", f"removed: {leaf_in_words(leaf)}", before=leaf_in_words(leaf)) for leaf in old)


def _inner(old: list[Group], new: list[Group]) -> Iterator[Part]:
    pairs = [
        *_paired(old, new, lambda group: (group.label, group.logic)),
        *_paired(old, new, lambda group: bool(group.label)),
    ]
    for one, other in pairs:
        if one.label or other.label:
            before, after = tree_in_line(one), tree_in_line(other)
            yield Part("changed", f"{before} → {after}", before, after)
        else:
            yield from _groups(one, other)
    yield from (Part("added", f"added: {tree_in_line(each)}", after=tree_in_line(each)) for each in new)
    yield from (Part("removed", f"removed: {tree_in_line(each)}", before=tree_in_line(each)) for each in old)


def _turned(old: Leaf, new: Leaf) -> Part:
    before, after = leaf_in_words(old), leaf_in_words(new)
    values = [expected_in_words(leaf) if leaf.operator.takes_value else "" for leaf in (old, new)]
    if values[0] == values[1] == MASK and old.operator == new.operator:
        said = f"{new.field} {new.operator.label} another value, which is not shown here"
    elif before == after:
        said = f"{after}, where the value is written otherwise"
    elif old.operator == new.operator and not (old.label or new.label):
        said = f"{new.field} {new.operator.label} {values[0]} → {values[1]}"
    else:
        said = f"{before} → {after.removeprefix(f'{new.field} ') if old.field == new.field else after}"
    return Part("changed", said, before, after, is_comparison=True)


def _paired(old: list[T], new: list[T], key: Callable[[T], Hashable]) -> "_Pairs[T]":
    """Take those out of both that have the same key, in their order, and give them as pairs."""
    waiting: dict[Hashable, list[T]] = defaultdict(list)
    for each in old:
        waiting[key(each)].append(each)
    pairs = []
    for other in [*new]:
        if waiting[key(other)]:
            one = waiting[key(other)].pop(0)
            pairs.append((one, other))
    for one, other in pairs:
        old[:] = [each for each in old if each is not one]
        new[:] = [each for each in new if each is not other]
    return pairs


def _meaning(node: Group | Leaf) -> Hashable:
    """The same for two that are told by the same words and mean the same to the letter, in whatever order."""
    if isinstance(node, Leaf):
        value = node.expected.path if isinstance(node.expected, Reference) else node.expected
        return "leaf", node.field, node.operator.name, isinstance(node.expected, Reference), _written(value), node.label
    return "group", node.logic, node.label, tuple(sorted(map(repr, map(_meaning, node.children))))


def _written(value: Any) -> str:
    return canonical_json(value)
