"""Where a step can be put in: behind a way out, behind several at once, or behind all branches of a step."""

from dataclasses import dataclass

from opsflows.studio.drafts.document import Document, Way
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import Shape

#: In place of a way out: behind the branches of the step, whichever was taken.
AFTER_ALL = "*"
_GONE = "The place where the step was to go is not there any more. Choose another."


@dataclass(frozen=True, slots=True)
class Opening:
    """A place in the rows: the ways that lead there, and the step that they lead to now."""

    ways: tuple[Way, ...]
    target: str | None


def opening(document: Document, after: str, handle: str) -> Opening:
    """The place behind `after` by `handle`: one way out, several with commas between, or `AFTER_ALL`.

    Raises:
        Refused: there is no such place.
    """
    if after not in document.nodes:
        raise Refused(_GONE)
    shape = Shape(document)
    if handle == AFTER_ALL:
        return _after_all(document, shape, after)
    handles = handle.split(",")
    targets = {shape.out(after).get(each) for each in handles}
    if not all(shape.has_way(after, each) for each in handles) or len(targets) != 1:
        raise Refused(_GONE)
    return Opening(tuple((after, each) for each in handles), targets.pop())


def behind(document: Document, shape: Shape, node_id: str) -> Opening:
    """The place right behind a step in its row.

    Raises:
        Refused: a run never gets there.
    """
    if shape.branches(node_id):
        return _after_all(document, shape, node_id)
    way = shape.way_on(node_id)
    if way is None:
        raise Refused("The run ends at this step, so nothing can stand behind it.")
    return Opening(((node_id, way),), shape.out(node_id).get(way))


def _after_all(document: Document, shape: Shape, node_id: str) -> Opening:
    target = shape.following(node_id)
    if target is None or not shape.branches(node_id):
        ways = shape.open_ends(node_id)
        if not ways or not shape.branches(node_id):
            raise Refused("On every way the run ends before, so nothing can stand behind the branches.")
        return Opening(tuple(ways), None)
    block = shape.block(node_id)
    return Opening(tuple(way for way in document.into(target) if way[0] in block), target)
