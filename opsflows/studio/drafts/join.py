"""Let a row that ends go on with a step that is there already: a branch comes back, or goes on elsewhere."""

from collections.abc import Mapping
from typing import Any

from opsflows.runs.trace.places import Plan
from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.places import opening
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.start import entry_of


def join(workflow_data: Mapping[str, Any], *, after: str, handle: str, onto: str) -> dict[str, Any]:
    """The draft in which the place behind `after` by `handle` (as `insert_step`), where the run ends, leads to `onto`.

    Raises:
        Refused: it does not end there (any more), `onto` is no step, or a run could not go that way.
    """
    document = Document(workflow_data)
    place = opening(document, after, handle)
    if place.target is not None:
        raise Refused("The run does not end there any more, so there is nothing to join.")
    if onto not in document.nodes or document.is_trigger(onto) or onto == entry_of(document):
        raise Refused("The step to go on with is not there any more. Choose another.")
    for source, way in place.ways:
        document.link(source, way, onto)
    return checked(workflow_data, laid_out(document.data()))


def targets(workflow_data: Mapping[str, Any], node_id: str) -> list[str]:
    """The steps with which a run that ends at `node_id` could go on, in reading order: none that leads there, and none
    inside of another list or branch."""
    document = Document(workflow_data)
    shape, homes = Shape(document), Plan.of(workflow_data).homes
    ids = [each.node_id for each in outline(workflow_data).steps if not each.is_trigger]
    here = homes.get(node_id, ())
    return [each for each in ids if homes.get(each, ()) == here and node_id not in shape.reach(each)]


def open_way(workflow_data: Mapping[str, Any], node_id: str) -> str | None:
    """The way by which the row of a step would go on, where it leads nowhere; None: it leads on, or ends the run."""
    shape = Shape(Document(workflow_data))
    way = shape.way_on(node_id)
    return None if way is None or shape.branches(node_id) or way in shape.out(node_id) else way
