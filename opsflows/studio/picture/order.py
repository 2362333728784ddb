"""The order in which a flow is read, and the ways that lead back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from opsflows.studio.picture.sketch import Sketch, Way


@dataclass(frozen=True, slots=True)
class Order:
    """`reading` are the ids as one reads them, each branch to its end before the next.

    `back` are the ways that close circles; without them no way leads to where it came from.
    """

    reading: tuple[str, ...]
    forward: tuple[Way, ...]
    back: tuple[Way, ...]


def order_of(sketch: Sketch) -> Order:
    """Walks from the trigger on; what nothing leads to comes behind, and every box comes once."""
    leaving = ways_out(sketch.ways)
    reading: dict[str, None] = {}
    back: set[tuple[str, str]] = set()
    for start in _starts(sketch):
        _walk(start, leaving, reading, back)
    return Order(
        tuple(reading),
        tuple(way for way in sketch.ways if (way.source, way.target) not in back),
        tuple(way for way in sketch.ways if (way.source, way.target) in back),
    )


def ways_out(ways: Iterable[Way]) -> Mapping[str, Sequence[Way]]:
    """The ways out of each box in their order, those into the branches of a fork first."""
    leaving: dict[str, list[Way]] = defaultdict(list)
    for way in ways:
        leaving[way.source].append(way)
    for found in leaving.values():
        found.sort(key=lambda way: (not way.is_inside, way.place, way.word, way.target))
    return leaving


def _starts(sketch: Sketch) -> list[str]:
    led_to = {way.target for way in sketch.ways}
    triggers = [box.id for box in sketch.boxes if box.shape == "trigger"]
    loose = [box.id for box in sketch.boxes if box.id not in led_to]
    return [*triggers, *loose, *(box.id for box in sketch.boxes)]


def _walk(
    start: str, leaving: Mapping[str, Sequence[Way]], reading: dict[str, None], back: set[tuple[str, str]]
) -> None:
    """Depth first without calling: a row may be five hundred long."""
    if start in reading:
        return
    reading[start] = None
    walk, on_the_way = [(start, iter(leaving.get(start, ())))], {start}
    while walk:
        here, ways = walk[-1]
        way = next(ways, None)
        if way is None:
            walk.pop()
            on_the_way.discard(here)
        elif way.target in on_the_way:
            back.add((way.source, way.target))
        elif way.target not in reading:
            reading[way.target] = None
            on_the_way.add(way.target)
            walk.append((way.target, iter(leaving.get(way.target, ()))))
