"""Definitions with branches, written briefly: steps by id, and edges as "a", "a.true -> b"."""

from collections.abc import Callable
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.registry import step_kind
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW

#: Keys of a step that do not belong to its configuration.
_BESIDE = ("label", "critical", "onError", "retryCount", "retryDelay", "stepTimeout", "pinned", "disabled")


def graph(*edges: str, event: str = "deal.won", **steps: dict[str, Any]) -> dict[str, Any]:
    """`graph("a -> b", "b.each -> c", a={"type": …})`; the trigger leads to the first step that is named."""
    nodes = [{"id": "trigger", "type": "trigger", "data": {"kind": "event", "config": {"event": event}}}]
    for node_id, step in steps.items():
        config = {key: value for key, value in step.items() if key != "type" and key not in _BESIDE}
        data = {"kind": step["type"], "config": config, **{key: step[key] for key in _BESIDE if key in step}}
        nodes.append({"id": node_id, "type": step_kind(step["type"]).step_type, "data": data})
    found = [{"source": "trigger", "target": next(iter(steps))}]
    for edge in edges:
        start, _, target = (part.strip() for part in edge.partition("->"))
        source, _, handle = start.partition(".")
        found.append({"source": source, "target": target, "sourceHandle": handle or "done"})
    return {"nodes": nodes, "edges": found}


def publisher(actor: Actor) -> Callable[..., Workflow]:
    """Create and publish what `graph` takes."""

    def make(*edges: str, settings: dict[str, Any] | None = None, name: str = "Flow", **steps: Any) -> Workflow:
        data = graph(*edges, **steps)
        workflow = create_workflow(actor=actor, name=name, workflow_data=data, settings=settings or {})
        publish(actor=actor, workflow=workflow, now=NOW)
        return workflow

    return make
