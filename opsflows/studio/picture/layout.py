"""A sketch laid out: where each box stands, and along which points each arrow goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsflows.studio.picture.fit import width_of
from opsflows.studio.picture.layers import layers_of
from opsflows.studio.picture.order import order_of
from opsflows.studio.picture.sketch import Box, Sketch, Way
from opsflows.studio.picture.spread import Item, spread

WIDTH, HEIGHT = 216, 56
#: Between two layers: room for the bends of the arrows and for what they are called.
BETWEEN = 48
MARGIN = 16
_LANE = 16
#: Layers that all lanes together may pass; arrows beyond that (only a tangle has so many) go straight.
_MOST_PASSED = 8_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and its upper left corner."""

    box: Box
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way, the points it goes through from top to bottom, and where its word stands. `way` is None: branches join.

    `is_back` says that it leads back up.
    """

    way: Way | None
    points: tuple[tuple[float, float], ...]
    word_at: tuple[float, float]
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in its place; `placed` in reading order."""

    placed: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


def lay_out(sketch: Sketch) -> Layout:
    """The same sketch always gives the same layout; no two boxes overlap."""
    order = order_of(sketch)
    layers, joins = layers_of(sketch, order)
    plan = _Plan(sketch, layers, order.reading)
    for way in order.forward:
        plan.add(way.source, way.target, way)
    for source, target in joins:
        plan.add(source, target, None)
    middles = plan.middles()
    left = min((middle - item.half for middle, item in zip(middles, plan.items, strict=True)), default=0.0)
    middles = [middle - left + MARGIN for middle in middles]
    right = max((middle + item.half for middle, item in zip(middles, plan.items, strict=True)), default=0.0)
    boxes = {box.id: box for box in sketch.boxes}
    placed = tuple(
        Placed(boxes[node_id], middles[plan.number[node_id]] - WIDTH / 2, _top(layers[node_id]))
        for node_id in order.reading
    )
    arrows = [plan.arrow(course, middles) for course in plan.courses]
    for lane, way in enumerate(order.back):
        arrows.append(_back(way, plan, middles, right + 20 + 12 * min(lane, 8)))
    aside = 20 + 12 * min(len(order.back), 9) if order.back else 0
    height = _top(max(layers.values(), default=0)) + HEIGHT + MARGIN
    return Layout(placed, tuple(arrows), right + aside + MARGIN, height)


def _top(layer: int) -> float:
    return MARGIN + layer * (HEIGHT + BETWEEN)


@dataclass(frozen=True, slots=True)
class _Course:
    """An arrow before it is placed: the items at its ends and the lane between."""

    way: Way | None
    source: str
    target: str
    lane: int | None


class _Plan:
    def __init__(self, sketch: Sketch, layers: Mapping[str, int], reading: Sequence[str]) -> None:
        self._layers = layers
        self._reading = {node_id: place for place, node_id in enumerate(reading)}
        self._passed = 0
        self._lanes: list[tuple[str, str, Way | None]] = []
        self._leading: dict[str, list[tuple[str, int | None]]] = {node_id: [] for node_id in reading}
        self._ways: dict[str, Way] = {}
        self._led_to: dict[str, int] = dict.fromkeys(reading, 0)
        self.items: list[Item] = []
        self.number: dict[str, int] = {}
        self.courses: list[_Course] = []

    def add(self, source: str, target: str, way: Way | None) -> None:
        span = self._layers[target] - self._layers[source] - 1
        lane = None
        if span > 0 and self._passed + span <= _MOST_PASSED:
            self._passed += span
            lane = len(self._lanes)
            self._lanes.append((source, target, way))
        self._leading[target].append((source, lane))
        self._led_to[target] += 1
        if way is not None:
            self._ways.setdefault(target, way)
        self.courses.append(_Course(way, source, target, lane))

    def middles(self) -> list[float]:
        """Where all items stand; fills `items`, ordered by layer, boxes before the lanes that begin beside them."""
        rows = [(self._layers[node_id], 0, place, node_id) for node_id, place in self._reading.items()]
        lanes = [
            (self._layers[source] + 1, 1, place, str(place)) for place, (source, _, _) in enumerate(self._lanes)
        ]  # fmt: skip
        self.lane_number: dict[int, int] = {}
        for number, (_, is_lane, place, node_id) in enumerate(sorted([*rows, *lanes])):
            if is_lane:
                self.lane_number[place] = number
            else:
                self.number[node_id] = number
        found: list[Item] = []
        for _, is_lane, place, node_id in sorted([*rows, *lanes]):
            found.append(self._lane(place) if is_lane else self._box(node_id))
        self.items = found
        return spread(found)

    def _box(self, node_id: str) -> Item:
        leading = tuple(
            self.number[source] if lane is None else self.lane_number[lane] for source, lane in self._leading[node_id]
        )
        way = self._ways.get(node_id)
        layer = self._layers[node_id]
        return Item(layer, layer, WIDTH / 2, leading, self._place(way, node_id), bool(way and way.is_on), False)

    def _lane(self, place: int) -> Item:
        source, target, way = self._lanes[place]
        word = width_of(way.word, 12) if way else 0.0
        return Item(
            first=self._layers[source] + 1,
            last=self._layers[target] - 1,
            half=max(_LANE, word + 8) / 2,
            leading=(self.number[source],),
            place=self._place(way, target),
            is_main=bool(way and way.is_on),
            is_lane=True,
        )

    def _place(self, way: Way | None, node_id: str) -> tuple[int, ...]:
        # The way on of a fork comes first, so that its branches stand beside it.
        if way is None:
            return (2, 0, self._reading[node_id])
        return (int(way.is_inside), way.place, self._reading[node_id])

    def arrow(self, course: _Course, middles: Sequence[float]) -> Arrow:
        """The arrow of a course, from the bottom of one box to the top of another."""
        start, end = middles[self.number[course.source]], middles[self.number[course.target]]
        top, bottom = _top(self._layers[course.source]) + HEIGHT, _top(self._layers[course.target])
        points = [(start, top)]
        first = end
        if course.lane is not None:
            first = middles[self.lane_number[course.lane]]
            points += [(first, top + BETWEEN), (first, bottom - BETWEEN)]
        points.append((end, bottom))
        is_alone = course.lane is not None or self._led_to[course.target] == 1
        word_at = (first, top + BETWEEN - 16) if is_alone else ((start + first) / 2, top + BETWEEN / 2)
        return Arrow(course.way, tuple(points), word_at)


def _back(way: Way, plan: _Plan, middles: Sequence[float], aside: float) -> Arrow:
    """Out at the right of one box, up beside all others, and in at the right of another."""
    source, target = plan.number[way.source], plan.number[way.target]
    start = middles[source] + WIDTH / 2, _top(plan.items[source].first) + HEIGHT / 2 + 10
    end = middles[target] + WIDTH / 2, _top(plan.items[target].first) + HEIGHT / 2 - 10
    return Arrow(way, (start, (aside, start[1]), (aside, end[1]), end), (start[0] + 24, start[1] - 6), is_back=True)
