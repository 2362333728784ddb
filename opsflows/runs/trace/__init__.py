"""What became of a run, step by step: the read model that the pages and the API share."""

from opsflows.runs.trace.read import Trace, trace

__all__ = ["Trace", "trace"]
