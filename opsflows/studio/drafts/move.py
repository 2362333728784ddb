"""Move a step with what belongs to it: past its neighbour, or to another place."""

from collections.abc import Mapping
from typing import Any, Literal

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document, Way, handle_of
from opsflows.studio.drafts.places import Opening, opening
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.rows import neighbours
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.start import entry_of

Direction = Literal["up", "down"]
_NO_WAY = "It cannot simply trade places with its neighbour. Use “Move to…” and say where it should go."


def move_step(workflow_data: Mapping[str, Any], node_id: str, direction: Direction) -> dict[str, Any]:
    """The draft with the step and its neighbour in the row having traded places.

    Raises:
        Refused: there is no such neighbour, or going back would not lead back.
    """
    first, second = _pair(workflow_data, node_id, direction)
    if Document(workflow_data).is_trigger(first):
        raise Refused("There is nothing on that side to trade places with.")
    moved = _traded(workflow_data, first, second)
    if entry_of(Document(moved)) != entry_of(Document(workflow_data)):
        raise Refused("As the first step, this condition would decide whether a run starts. Put it under “Only if”.")
    if _joints(_traded(moved, second, first)) != _joints(workflow_data):
        raise Refused(_NO_WAY)
    return checked(workflow_data, laid_out(moved))


def move_to(workflow_data: Mapping[str, Any], node_id: str, *, after: str, handle: str) -> dict[str, Any]:
    """The draft with the step, and its branches, behind `after` by its way out `handle` (as `insert_step`).

    Raises:
        Refused: it is no step, the place is inside of what is moved, or a run could not go that way.
    """
    document = Document(workflow_data)
    if node_id not in document.nodes or document.is_trigger(node_id):
        raise Refused("There is no such step in the draft any more.")
    shape = Shape(document)
    block, following = shape.block(node_id), shape.following(node_id)
    if after in block:
        if not any(way == (after, handle) for way in document.into(node_id)) and after != node_id:
            raise Refused("A step cannot be moved into its own branches.")
        return dict(workflow_data)
    leaving = [way for each in block for way in _ways_to(document, each, outside=block)]
    for source, way in [way for way in document.into(node_id) if way[0] not in block]:
        document.link(source, way, following)
    for source, way in leaving:
        document.link(source, way, None)
    place = opening(document, after, handle)
    _join(document, place, node_id, leaving)
    return checked(workflow_data, laid_out(document.data()))


def _join(document: Document, place: Opening, node_id: str, leaving: list[Way]) -> None:
    shape = Shape(document)
    ends = leaving or shape.open_ends(node_id)
    on = shape.way_on(node_id)
    if on and not shape.branches(node_id) and (node_id, on) not in ends:
        ends = [*ends, (node_id, on)]
    if place.target is not None and not ends:
        raise Refused("On every way the run ends there, so it can only stand where nothing follows.")
    for source, way in place.ways:
        document.link(source, way, node_id)
    if place.target is not None:
        for source, way in ends:
            document.link(source, way, place.target)


def _pair(workflow_data: Mapping[str, Any], node_id: str, direction: Direction) -> tuple[str, str]:
    before, behind = neighbours(workflow_data, node_id)
    if direction == "up" and before is not None:
        return before, node_id
    if direction == "down" and behind is not None:
        return node_id, behind
    raise Refused("There is nothing on that side to trade places with.")


def _traded(workflow_data: Mapping[str, Any], first: str, second: str) -> dict[str, Any]:
    document = Document(workflow_data)
    shape = Shape(document)
    one, other = shape.block(first), shape.block(second)
    behind = shape.following(second)
    ends = [] if behind is not None else shape.open_ends(second)
    if behind is None and not ends:
        raise Refused(_NO_WAY)
    for edge in list(document.edges):
        source, handle, target = edge["source"], handle_of(edge), edge["target"]
        if source in one:
            if target == second:
                document.link(source, handle, behind)
        elif source in other:
            if target == behind:
                document.link(source, handle, first)
        elif target in (first, second):
            document.link(source, handle, second if target == first else first)
    for source, handle in ends:
        document.link(source, handle, first)
    return document.data()


def _ways_to(document: Document, node_id: str, *, outside: frozenset[str]) -> list[Way]:
    return [(node_id, handle) for handle, target in document.out(node_id).items() if target not in outside]


def _joints(workflow_data: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(edge["source"], handle_of(edge), edge["target"]) for edge in workflow_data["edges"]}
