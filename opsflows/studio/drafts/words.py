"""What ways out are called at the head of a branch."""

from opsflows.studio.drafts.document import Document
from opsflows.workflows.graph import CONDITION, ERROR_HANDLE
from opsflows.workflows.wording.steps import way_in_words

_PLAIN = ("true", "false", "else", ERROR_HANDLE)


def heading(document: Document, node_id: str, handles: tuple[str, ...]) -> str:
    """How the row behind these ways out of a step is headed: “If yes”, “Case “gold””, “At the same time: a”."""
    kind = document.kind_of(node_id)
    if kind is not None and kind.side and set(handles) == set(kind.side_handles):
        return f"If not {kind.outcomes[0]}"
    said = ", ".join(_one(document, node_id, handle) for handle in handles)
    return f"{said[:1].upper()}{said[1:]}"


def _one(document: Document, node_id: str, handle: str) -> str:
    kind = document.kind_of(node_id)
    if handle == "else":
        return "otherwise"
    if handle in document.bodies(node_id) and handle != "each":
        return f"at the same time: {handle}"
    if kind is not None and kind.step_type == CONDITION and handle not in _PLAIN:
        return f"{'case' if kind.kind == CONDITION else 'share'} “{handle}”"
    known = way_in_words(handle)
    return known if known != handle else f"if {handle.replace('_', ' ')}"
