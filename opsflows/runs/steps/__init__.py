"""The step kinds that the engine brings itself."""

from opsflows.runs.steps import data, events, flow, http

__all__ = ["data", "events", "flow", "http"]
