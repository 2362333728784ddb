"""Copy a step, with what stands in its branches, to the place right behind it."""

from collections.abc import Container, Mapping
from typing import Any

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.insert import new_id
from opsflows.studio.drafts.places import behind
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import Shape


def copy_step(
    workflow_data: Mapping[str, Any], node_id: str, *, taken: Container[str] = ()
) -> tuple[dict[str, Any], str]:
    """The draft with the copy, and the copy's id. `taken` are ids that no copy must get.

    Raises:
        Refused: it is no step, or nothing can stand behind it.
    """
    document = Document(workflow_data)
    if node_id not in document.nodes or document.is_trigger(node_id):
        raise Refused("There is no such step in the draft any more.")
    shape = Shape(document)
    place, block = behind(document, shape, node_id), shape.block(node_id)
    named: dict[str, str] = {}
    for each in [old for old in document.nodes if old in block]:
        named[each] = new_id(document, taken)
        document.nodes[named[each]] = {**document.nodes[each], "id": named[each]}
    inner = [(old, handle, target) for old in named for handle, target in shape.out(old).items()]
    for source, handle in place.ways:
        document.link(source, handle, named[node_id])
    for old, handle, target in inner:
        document.link(named[old], handle, named.get(target, target))
    if place.target is not None:
        _lead_on(document, named[node_id], place.target)
    return checked(workflow_data, laid_out(document.data(), {new: old for old, new in named.items()})), named[node_id]


def _lead_on(document: Document, copy: str, target: str) -> None:
    """A gate or a plain step that led nowhere leads on; one that branches came with its own ways there."""
    shape = Shape(document)
    way = shape.way_on(copy)
    if way is not None and not shape.branches(copy):
        document.link(copy, way, target)
