"""Pin to a step what test runs take for its answer. It stands in the draft and changes nothing that really runs."""

from collections.abc import Mapping
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.jsontext import dump_json
from opsflows.rules import Problem
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import ERROR_HANDLE, Node, node_path
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.save_draft import update_draft

#: Bytes of one pinned answer.
MAX_PINNED = 64 * 1024


def pin_answer(*, actor: Actor, workflow: Workflow, node_id: str, output: Any, handle: str = "") -> Workflow:
    """Take `output` for what the step answers, and leave it by `handle` (empty: its first way out).

    It goes over the draft as it stands now: nothing but the pin is changed. Returns the workflow as it is then.

    Raises:
        Forbidden: the actor may not.
        InvalidDefinition: there is no such step, or no such way out, or the answer is too long.
        RevisionConflict: somebody else saved at the same moment.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    pinned = {"output": output} | ({"handle": handle} if handle else {})
    return _save(actor, workflow, node_id, pinned)


def unpin_answer(*, actor: Actor, workflow: Workflow, node_id: str) -> Workflow:
    """Ask the step again in test runs. Returns the workflow as it is then.

    Raises:
        Forbidden: the actor may not.
        InvalidDefinition: there is no such step.
        RevisionConflict: somebody else saved at the same moment.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    return _save(actor, workflow, node_id, None)


def ways_out(node: Node) -> tuple[str, ...]:
    """The ways by which a step can be pinned to be left; the one for errors comes last."""
    examined = examine_node(node)
    if examined.kind is None:
        return (ERROR_HANDLE,)
    ways = examined.kind.outcomes if examined.config is None else examined.kind.ways_out(examined.config)
    return (*ways, ERROR_HANDLE)


def _save(actor: Actor, workflow: Workflow, node_id: str, pinned: Mapping[str, Any] | None) -> Workflow:
    current = Workflow.objects.get(pk=workflow.pk)
    node = read_graph(current.workflow_data).by_id.get(node_id)
    if problems := _problems(node, node_id, pinned):
        raise InvalidDefinition(problems)
    if node is not None and node.pinned == pinned:
        return current
    nodes = [_with_pin(each, pinned) if each["id"] == node_id else each for each in current.workflow_data["nodes"]]
    changed = {**current.workflow_data, "nodes": nodes}
    return update_draft(actor=actor, workflow=current, revision=current.revision, workflow_data=changed)


def _problems(node: Node | None, node_id: str, pinned: Mapping[str, Any] | None) -> list[Problem]:
    path = f"{node_path(node_id)}.pinned"
    if node is None or node.is_trigger:
        return [Problem(path, "The draft has no such step any more; load the page again.")]
    if pinned is None:
        return []
    if len(dump_json(pinned).encode()) > MAX_PINNED:
        return [Problem(f"{path}.output", f"Is longer than {MAX_PINNED // 1024} KB; keep what the later steps read.")]
    handle, ways = pinned.get("handle"), ways_out(node)
    if handle and handle not in ways:
        return [Problem(f"{path}.handle", f"There is no way out called {handle!r}; it has {', '.join(ways)}.")]
    return []


def _with_pin(node: Mapping[str, Any], pinned: Mapping[str, Any] | None) -> dict[str, Any]:
    data = {key: value for key, value in node["data"].items() if key != "pinned"}
    return {**node, "data": data if pinned is None else {**data, "pinned": pinned}}
