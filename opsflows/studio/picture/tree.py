"""Which box stands below which: the nearest one that every way to it leads through."""

from collections.abc import Iterable, Mapping, Sequence

#: Stands above all boxes that nothing leads to.
ROOT = -1


def parents_of(order: Sequence[int], leading: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """Of each item its immediate dominator; `order` names items after all that lead to them (`leading`)."""
    parents: dict[int, int] = {}
    depth = {ROOT: 0}
    for item in order:
        parent = _common(leading.get(item, ()), parents, depth)
        parents[item] = parent
        depth[item] = depth[parent] + 1
    return parents


def child_above(item: int, parent: int, parents: Mapping[int, int]) -> int | None:
    """The child of `parent` below which `item` stands; None where it does not."""
    while item != ROOT and parents[item] != parent:
        item = parents[item]
    return None if item == ROOT else item


def _common(items: Iterable[int], parents: Mapping[int, int], depth: Mapping[int, int]) -> int:
    found: int | None = None
    for item in items:
        if found is None:
            found = item
            continue
        other = item
        while found != other:
            if depth[found] >= depth[other]:
                found = parents[found]
            else:
                other = parents[other]
    return ROOT if found is None else found
