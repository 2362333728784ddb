"""The step kinds that the engine brings itself."""

from opsflows.runs.steps import call_api, connectors, data, delay, events, flow, foreach, http, parallel, workflows

__all__ = ["call_api", "connectors", "data", "delay", "events", "flow", "foreach", "http", "parallel", "workflows"]
