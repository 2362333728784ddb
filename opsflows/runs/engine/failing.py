"""What a step's failure means: what the step itself says, else the workflow's error handling."""

from datetime import timedelta

from opsflows.runs.engine.run import Run
from opsflows.workflows.compiled import CompiledGraph, CompiledNode
from opsflows.workflows.graph import DEFAULT_HANDLE
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.outcomes import Fail


def on_error(node: CompiledNode, run: Run) -> str:
    """`stop`, `continue`, `retry`, or `branch`: a way out by “error” that is there is taken in any case."""
    return error_means(node, run.graph)


def error_means(node: CompiledNode, graph: CompiledGraph) -> str:
    """The same of any run of `graph`."""
    if node.handling is not None and node.handling.on_error is not None:
        meant = node.handling.on_error
    elif node.critical is not None:
        meant = "stop" if node.critical else "continue"
    else:
        meant = graph.settings.errorHandling.onError
    if meant == "continue" and DEFAULT_HANDLE not in node.kind.outcomes:
        # A step that decides where the run goes: none of its ways is the next step, and none was decided for.
        return "stop"
    # What a fork has done, its branches have done, and each of them tried again what it was told to.
    return "stop" if meant == "retry" and isinstance(node.kind, ForkKind) else meant


def retries(node: CompiledNode, run: Run) -> tuple[int, int]:
    """How often the step is tried again, and the seconds before the first time."""
    handling, own = run.graph.settings.errorHandling, node.handling
    count = own.retry_count if own and own.retry_count is not None else handling.retryCount
    delay = own.retry_delay if own and own.retry_delay is not None else handling.retryDelay
    return count, delay


def took_too_long(node: CompiledNode) -> Fail:
    """The outcome of a step whose own time limit is over."""
    limit = node.handling.timeout if node.handling is not None else None
    return Fail(f"It took longer than its time limit{f' of {_in_words(limit)}' if limit is not None else ''}.")


def _in_words(length: timedelta) -> str:
    """A length of time in the largest unit that divides it: `90 minutes`."""
    seconds = int(length.total_seconds())
    size, unit = next((each for each in _UNITS if seconds % each[0] == 0), (1, "second"))
    return f"{seconds // size} {unit}{'' if seconds == size else 's'}"


_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
