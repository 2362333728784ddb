"""The ways in which a condition can be made to hold: of each, what has to come out how, the cheapest first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from opsflows.rules.conditions.tree import Group, Leaf, Node
from opsflows.studio.explain.change import Wish

#: Ways that are followed at once. Up to so many alternatives nothing is left out, so the cheapest is among them.
MOST = 48


@dataclass(frozen=True, slots=True)
class Way:
    """Comparisons that suffice together; `unmet` of them come out otherwise as the event is, on `fields`."""

    wishes: tuple[Wish, ...]
    fields: frozenset[str]

    def beside(self, other: "Way") -> "Way":
        """Both of them."""
        return Way(self.wishes + other.wishes, self.fields | other.fields)


#: Whether a comparison comes out like this by itself, and else whether a change of its field alone can make it.
Met = Callable[[Wish], bool]

_NOTHING = Way((), frozenset())


def ways(node: Node, *, is_met: Met, is_possible: Met) -> list[Way]:
    """At most `MOST` ways for `node` to hold, those that change the fewest fields first; empty where there is none."""
    return _Ways(is_met, is_possible).of(node, True)


class _Ways:
    def __init__(self, is_met: Met, is_possible: Met) -> None:
        self.is_met = is_met
        self.is_possible = is_possible

    def of(self, node: Node, truth: bool) -> list[Way]:
        if isinstance(node, Leaf):
            return self._leaf(Wish(node, truth))
        inner = truth is not (node.logic == "NOT")
        # Not all of them: one that fails is enough. None of them: each has to fail.
        return self._each(node, inner) if (node.logic == "OR") is not inner else self._any(node, inner)

    def _leaf(self, wish: Wish) -> list[Way]:
        if self.is_met(wish):
            return [Way((wish,), frozenset())]
        return [Way((wish,), frozenset({wish.leaf.field}))] if self.is_possible(wish) else []

    def _each(self, group: Group, truth: bool) -> list[Way]:
        found = [_NOTHING]
        for child in group.children:
            of_child = self.of(child, truth)
            found = _cheapest(way.beside(other) for way in found for other in of_child)
        return found

    def _any(self, group: Group, truth: bool) -> list[Way]:
        # The whole tree alone may be empty: it always holds.
        if not group.children:
            return [_NOTHING] if truth else []
        return _cheapest(way for child in group.children for way in self.of(child, truth))


def _cheapest(found: Iterable[Way]) -> list[Way]:
    return sorted(found, key=lambda way: len(way.fields))[:MOST]


def by_field(way: Way) -> Mapping[str, list[Wish]]:
    """What the fields that change have to satisfy, also what they satisfy now."""
    wanted: dict[str, list[Wish]] = {}
    for wish in way.wishes:
        if wish.leaf.field in way.fields:
            wanted.setdefault(wish.leaf.field, []).append(wish)
    return wanted
