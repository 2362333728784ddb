"""Take a step out of a draft; what stood before and behind it is joined."""

from collections.abc import Mapping
from typing import Any

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import Shape, unreached

#: In place of a way out: of the branches nothing is kept.
NOTHING = "-"


def remove_step(workflow_data: Mapping[str, Any], node_id: str, *, keep: str = "") -> tuple[dict[str, Any], list[str]]:
    """The draft without the step, and the ids of what of its branches went with it.

    Of a step that branches, what stands behind the way `keep` stays in its place: left out, the first; `NOTHING`: only
    what comes after all branches.

    Raises:
        Refused: it is no step of the draft, nor a trigger besides the first.
    """
    document = Document(workflow_data)
    if node_id not in document.nodes or node_id == document.trigger:
        raise Refused("There is no such step in the draft any more.")
    shape = Shape(document)
    lost_before = unreached(document)
    following = _kept(shape, node_id, keep)
    for source, handle in document.into(node_id):
        document.link(source, handle, following)
    document.drop([node_id])
    gone = [each for each in document.nodes if each in unreached(document) - lost_before]
    document.drop(gone)
    return checked(workflow_data, laid_out(document.data())), gone


def _kept(shape: Shape, node_id: str, keep: str) -> str | None:
    if not shape.branches(node_id):
        return shape.following(node_id)
    if keep == NOTHING:
        return shape.meeting(node_id)
    way = keep if keep in shape.out(node_id) else shape.way_on(node_id)
    return shape.out(node_id).get(way or "") or shape.meeting(node_id)
