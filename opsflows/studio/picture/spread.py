"""Where things stand from left to right: branches side by side, and in the middle below them where they join."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsflows.studio.picture.tree import ROOT, child_above, parents_of

#: Between two things on one layer.
GAP = 28


@dataclass(frozen=True, slots=True)
class Item:
    """A box, or a lane that an arrow takes past other layers: `first` to `last` are the layers, `half` half its width.

    `leading` are the items that lead to it, `place` where it stands among those beside it, `is_main` whether what leads
    to it stands right above it.
    """

    first: int
    last: int
    half: float
    leading: tuple[int, ...]
    place: tuple[int, ...]
    is_main: bool
    is_lane: bool


@dataclass(slots=True)
class _Block:
    """An item with all that stands below it: how far to the left and right it reaches on each layer, less `shift`."""

    edges: dict[int, tuple[float, float]]
    shift: float = 0.0


def spread(items: Sequence[Item]) -> list[float]:
    """The middle of each item. Items stand in an order in which each comes after what leads to it."""
    return _Spread(items).middles()


class _Spread:
    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._parents = parents_of(range(len(items)), {at: item.leading for at, item in enumerate(items)})
        self._blocks: dict[int, _Block] = {}
        #: From the middle of its parent to that of the item.
        self._offsets: dict[int, float] = {}

    def middles(self) -> list[float]:
        below: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._items)):
            below[self._parents[number]].append(number)
        for number in reversed(range(len(self._items))):
            item, block = self._items[number], self._joined(number, below.get(number, ()))
            for layer in range(item.first, item.last + 1):
                block.edges[layer] = (-item.half - block.shift, item.half - block.shift)
            self._blocks[number] = block
        self._joined(ROOT, below.get(ROOT, ()))
        found = {ROOT: 0.0}
        for number in range(len(self._items)):
            found[number] = found[self._parents[number]] + self._offsets[number]
        return [found[number] for number in range(len(self._items))]

    def _joined(self, parent: int, children: Sequence[int]) -> _Block:
        """The children of an item as one block, whose zero is the item's middle."""
        branches = [child for child in children if {*self._items[child].leading} <= {parent}]
        if not branches:
            return _Block({})
        branches.sort(key=lambda child: self._items[child].place)
        # The first one's block becomes that of all, so that a long row costs no more than a short one.
        block, offsets = self._blocks[branches[0]], {branches[0]: 0.0}
        for child in branches[1:]:
            offsets[child] = _fit_right(block, self._blocks[child])
            _take_in(block, self._blocks[child], offsets[child])
        middle = self._middle(branches, offsets)
        joins = [child for child in children if child not in offsets]
        for child in sorted(joins, key=lambda child: self._items[child].first):
            wanted = middle if len(joins) == 1 else self._below(child, parent, offsets, middle)
            offsets[child] = _fit_near(block, self._blocks[child], wanted)
            _take_in(block, self._blocks[child], offsets[child])
        block.shift -= middle
        self._offsets |= {child: offset - middle for child, offset in offsets.items()}
        return block

    def _middle(self, branches: Sequence[int], offsets: Mapping[int, float]) -> float:
        """Above the way on, or above the only box among lanes; else above the middle of all branches."""
        main = [child for child in branches if self._items[child].is_main]
        boxes = [child for child in branches if not self._items[child].is_lane]
        chosen = main if len(main) == 1 else boxes if len(boxes) == 1 else branches
        return (offsets[chosen[0]] + offsets[chosen[-1]]) / 2

    def _below(self, join: int, parent: int, offsets: Mapping[int, float], otherwise: float) -> float:
        """In the middle below the branches that lead to `join`."""
        above = {child_above(item, parent, self._parents) for item in self._items[join].leading}
        stands = [offsets[each] for each in above if each is not None and each in offsets]
        return (min(stands) + max(stands)) / 2 if stands else otherwise


def _fit_right(block: _Block, other: _Block) -> float:
    """The least offset at which `other` stands to the right of `block`."""
    apart = (
        block.edges[layer][1] + block.shift - left - other.shift + GAP
        for layer, (left, _) in other.edges.items()
        if layer in block.edges
    )
    return max(apart, default=0.0)


def _fit_near(block: _Block, other: _Block, wanted: float) -> float:
    """Where `other` stands clear of `block`, as near to `wanted` as can be."""
    spans = []
    for layer, (left, right) in other.edges.items():
        if layer in block.edges:
            low, high = block.edges[layer]
            aside = block.shift - other.shift
            spans.append((low + aside - right - GAP, high + aside - left + GAP))
    if all(wanted <= low or wanted >= high for low, high in spans):
        return wanted
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    return low if wanted - low < high - wanted else high


def _take_in(block: _Block, other: _Block, offset: float) -> None:
    aside = other.shift + offset - block.shift
    for layer, (left, right) in other.edges.items():
        low, high = block.edges.get(layer, (left + aside, right + aside))
        block.edges[layer] = (min(low, left + aside), max(high, right + aside))
