"""On which layer each box stands: below everything that leads to it, and behind a fork below all of its branches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from opsflows.studio.picture.order import Order, ways_out
from opsflows.studio.picture.sketch import Sketch

#: An arrow without a name, from one id to another.
Pair = tuple[str, str]


def layers_of(sketch: Sketch, order: Order) -> tuple[Mapping[str, int], Sequence[Pair]]:
    """The layer of each box, from 0 on, and the joins: from the end of each branch to what follows its fork."""
    forward = list(dict.fromkeys((way.source, way.target) for way in order.forward))
    joins = _joins(sketch, order, forward)
    layers = _longest(order.reading, [*forward, *joins])
    if layers is None:
        # In a tangle of forks the joins themselves can close a circle.
        return _longest(order.reading, forward) or {}, ()
    return layers, joins


def _longest(ids: Sequence[str], pairs: Iterable[Pair]) -> Mapping[str, int] | None:
    """How many steps lead to each at most; None where they lead in a circle."""
    following, missing = _following(pairs), dict.fromkeys(ids, 0)
    for targets in following.values():
        for target in targets:
            missing[target] += 1
    layers = dict.fromkeys(ids, 0)
    ready = [node_id for node_id in ids if not missing[node_id]]
    for node_id in ready:
        for target in following.get(node_id, ()):
            layers[target] = max(layers[target], layers[node_id] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return layers if len(ready) == len(ids) else None


def _joins(sketch: Sketch, order: Order, forward: Iterable[Pair]) -> list[Pair]:
    following, leaving = _following(forward), ways_out(order.forward)
    found: dict[Pair, None] = {}
    for box in sketch.boxes:
        ways = leaving.get(box.id, ()) if box.is_fork else ()
        bodies = [way.target for way in ways if way.is_inside]
        behind = next((way.target for way in ways if way.is_on), None)
        if behind is None or not bodies:
            continue
        inside = _reached(bodies, following) - _reached([behind], following)
        for node_id in order.reading:
            if node_id in inside and not any(target in inside for target in following.get(node_id, ())):
                found[node_id, behind] = None
    known = set(forward)
    return [pair for pair in found if pair not in known]


def _following(pairs: Iterable[Pair]) -> Mapping[str, list[str]]:
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        following[source].append(target)
    return following


def _reached(starts: Iterable[str], following: Mapping[str, Sequence[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        node_id = waiting.pop()
        if node_id not in seen:
            seen.add(node_id)
            waiting += following.get(node_id, ())
    return seen
