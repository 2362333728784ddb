"""How a draft begins: its trigger, and the condition right behind it."""

from collections.abc import Mapping
from typing import Any

from opsflows.studio.drafts.checked import checked
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.positions import laid_out
from opsflows.studio.drafts.remove import remove_step
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE, ERROR_HANDLE, EVENT, TRIGGER
from opsflows.workflows.rule_form import CONDITIONS_ID, TRIGGER_ID


def start_draft(*, kind: str = EVENT, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A draft with nothing but its trigger."""
    return set_trigger({"nodes": [], "edges": []}, kind, config or {})


def set_trigger(workflow_data: Mapping[str, Any], kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The draft, started by this. Where it had no trigger, its first step that nothing leads to comes behind it."""
    document = Document(workflow_data)
    trigger = document.trigger
    if trigger is None:
        trigger = _free(document, TRIGGER_ID)
        first = next((each for each in document.nodes if not document.into(each)), None)
        node = {"id": trigger, "type": TRIGGER, "position": {"x": 0, "y": 0}, "data": {}}
        document.nodes = {trigger: node, **document.nodes}
        document.link(trigger, DEFAULT_HANDLE, first)
    document.change(trigger, kind=kind, config=dict(config))
    return checked(workflow_data, laid_out(document.data()))


def set_entry(workflow_data: Mapping[str, Any], conditions: Any) -> dict[str, Any]:
    """The draft in which a run starts only if `conditions` hold; None: whenever the trigger says so."""
    document = Document(workflow_data)
    trigger, entry = document.trigger, entry_of(document)
    if trigger is None or (entry is None and conditions is None):
        return dict(workflow_data)
    if entry is not None and conditions is None:
        return remove_step(workflow_data, entry)[0]
    if entry is None:
        entry = _free(document, CONDITIONS_ID)
        first = document.out(trigger).get(DEFAULT_HANDLE)
        document.nodes = _behind(document.nodes, trigger, {"id": entry, "type": CONDITION, "data": {}})
        document.link(entry, "true", first)
        document.link(trigger, DEFAULT_HANDLE, entry)
        document.change(entry, kind=CONDITION, config={"conditions": conditions})
    else:
        document.change(entry, config={**document.config(entry), "conditions": conditions})
    return checked(workflow_data, laid_out(document.data(), {entry: trigger}))


def entry_of(document: Document) -> str | None:
    """The condition right behind the trigger that decides whether a run starts (`Graph.entry`), while it is on."""
    trigger = document.trigger
    first = document.out(trigger).get(DEFAULT_HANDLE) if trigger else None
    if first is None or document.kind_name(first) != CONDITION or document.is_trigger(first):
        return None
    plain = "cases" not in document.config(first) and "false" not in document.out(first)
    return first if plain and ERROR_HANDLE not in document.out(first) else None


def _behind(nodes: Mapping[str, Any], node_id: str, new: Mapping[str, Any]) -> dict[str, Any]:
    placed: dict[str, Any] = {}
    for each, node in nodes.items():
        placed[each] = node
        if each == node_id:
            placed[new["id"]] = new
    return placed


def _free(document: Document, wanted: str) -> str:
    found, number = wanted, 1
    while found in document.nodes:
        number += 1
        found = f"{wanted}{number}"
    return found
