"""The step kinds that the engine brings itself."""

from opsflows.runs.steps import (
    call_api,
    connectors,
    data,
    delay,
    events,
    flow,
    foreach,
    http,
    parallel,
    state,
    subworkflow,
    wait_for_event,
    workflows,
)

__all__ = [
    "call_api",
    "connectors",
    "data",
    "delay",
    "events",
    "flow",
    "foreach",
    "http",
    "parallel",
    "state",
    "subworkflow",
    "wait_for_event",
    "workflows",
]
