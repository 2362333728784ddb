"""Change one step of a draft: what it says, its kind, and whether it is passed over."""

from collections.abc import Mapping
from typing import Any

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.shape import Shape, unreached
from opsflows.workflows.graph import ERROR_HANDLE
from opsflows.workflows.registry import step_kind


def set_disabled(workflow_data: Mapping[str, Any], node_id: str, *, disabled: bool) -> dict[str, Any]:
    """The draft with the step passed over, or not any more."""
    document = _of_step(workflow_data, node_id)
    document.change(node_id, disabled=True if disabled else None)
    return document.data()


def change_step(
    workflow_data: Mapping[str, Any], node_id: str, node_data: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The draft with `node_data` as the step's, and the ids of what stood behind ways out that it no longer has.

    A way out that was given another name keeps what follows; where the kind is another, the row goes on by its first.

    Raises:
        Refused: it is no step, or what follows would not be reached any more.
        UnknownKind: no app brings such a kind.
    """
    document = _of_step(workflow_data, node_id)
    before, lost_before = Shape(document), unreached(document)
    old_ways, old_bodies = document.ways(node_id), document.bodies(node_id)
    following = before.following(node_id)
    meeting = following if before.branches(node_id) else None
    is_same_kind = node_data.get("kind") == document.kind_name(node_id)
    kind = step_kind(str(node_data.get("kind")))
    document.nodes[node_id] = {**document.nodes[node_id], "type": kind.step_type, "data": dict(node_data)}
    new_ways, new_bodies = document.ways(node_id), document.bodies(node_id)
    names = _renamed(old_ways, new_ways, old_bodies, new_bodies, is_same_kind=is_same_kind)
    _lead(document, node_id, names, before.out(node_id))
    if old_ways and not new_ways and following in unreached(document) - lost_before:
        raise Refused("This kind of step ends the run, and steps follow. Move it to the end of its row first.")
    if meeting is not None and Shape(document).branches(node_id):
        for way in set(new_ways) - set(names.values()):
            document.link(node_id, way, meeting)
    gone = [each for each in document.nodes if each in unreached(document) - lost_before]
    document.drop(gone)
    return checked(workflow_data, laid_out(document.data())), gone


def _lead(document: Document, node_id: str, names: Mapping[str, str], old: Mapping[str, str]) -> None:
    kept = {names[way]: target for way, target in old.items() if way in names}
    if ERROR_HANDLE in old:
        kept[ERROR_HANDLE] = old[ERROR_HANDLE]
    if kept != old:
        for way in old:
            document.link(node_id, way, None)
    for way, target in kept.items():
        document.link(node_id, way, target)


def _renamed(
    old: tuple[str, ...],
    new: tuple[str, ...],
    old_bodies: tuple[str, ...],
    new_bodies: tuple[str, ...],
    *,
    is_same_kind: bool,
) -> dict[str, str]:
    """Which way out each of the old ones is now; those that are left out are gone."""
    names = {way: way for way in old if way in new and (way in old_bodies) == (way in new_bodies)}
    if not is_same_kind and old and new and old[0] not in old_bodies and new[0] not in new_bodies:
        names = {way: name for way, name in names.items() if name != new[0]} | {old[0]: new[0]}
    # Branches stay branches: what stands in one never leads out of it.
    for olds, news in ((old_bodies, new_bodies), (_without(old, old_bodies), _without(new, new_bodies))):
        left = [way for way in olds if way not in names]
        free = [way for way in news if way not in names.values()]
        names |= dict(zip(left, free, strict=False))
    return names


def _without(ways: tuple[str, ...], bodies: tuple[str, ...]) -> list[str]:
    return [way for way in ways if way not in bodies]


def _of_step(workflow_data: Mapping[str, Any], node_id: str) -> Document:
    document = Document(workflow_data)
    if node_id not in document.nodes or document.is_trigger(node_id):
        raise Refused("There is no such step in the draft any more.")
    return document
