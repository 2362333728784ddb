"""Put a step of some kind into a draft."""

from collections.abc import Container, Mapping
from typing import Any

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.places import opening
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import unreached
from opsflows.workflows.kinds import StepKind
from opsflows.workflows.registry import step_kind


def insert_step(
    workflow_data: Mapping[str, Any],
    *,
    after: str,
    handle: str,
    kind: str,
    joined: bool = False,
    taken: Container[str] = (),
) -> tuple[dict[str, Any], str]:
    """The draft with a new, empty step behind `after` by its way out `handle`, and the new step's id.

    What stood there follows the new step by its first way out; with `joined` by all of them, so that branches can be
    filled that come together again. `taken` are ids that the step must not get.

    Raises:
        Refused: there is no such place, or what follows would not be reached any more.
        UnknownKind: no app brings such a kind.
    """
    document = Document(workflow_data)
    place, known = opening(document, after, handle), step_kind(kind)
    node_id, lost_before = new_id(document, taken), unreached(document)
    document.nodes[node_id] = new_node(known, node_id)
    ways = document.ways(node_id) if joined else document.ways(node_id)[:1]
    for source, way in place.ways:
        document.link(source, way, node_id)
    for way in ways:
        document.link(node_id, way, place.target)
    # Of branches that come together one may end; what follows is still reached by the others.
    if place.target is not None and not ways and unreached(document) - lost_before:
        raise Refused("A step that ends the run can only stand where nothing follows.")
    return checked(workflow_data, laid_out(document.data(), {node_id: after})), node_id


def new_node(kind: StepKind, node_id: str) -> dict[str, Any]:
    """A step without configuration."""
    return {
        "id": node_id,
        "type": kind.step_type,
        "position": {"x": 0, "y": 0},
        "data": {"kind": kind.kind, "config": {}},
    }


def new_id(document: Document, taken: Container[str] = ()) -> str:
    """The first of a1, a2, … behind all that are there."""
    numbers = [int(each[1:]) for each in document.nodes if each[:1] == "a" and each[1:].isdecimal() and len(each) < 8]
    number = max(numbers, default=0) + 1
    while f"a{number}" in taken or f"a{number}" in document.nodes:
        number += 1
    return f"a{number}"
