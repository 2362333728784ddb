"""Why runs failed, in words, and when two of them failed for the same reason."""

import re

from opsflows.runs.models import Execution

_UNSAID = {
    Execution.Status.FAILED: "No reason was recorded.",
    Execution.Status.TIMEOUT: "It took longer than it may.",
}
#: What differs from one run to the next although the reason is the same: ids, long numbers, moments.
_PASSING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{5,}|\d{4}-\d\d-\d\d[T ][\d:.+Z]+", re.IGNORECASE)


def reason_of(*, error: str | None, status: str) -> str:
    """What a run that failed or timed out says of it."""
    return error or _UNSAID[Execution.Status(status)]


def sameness(reason: str) -> str:
    """Equal for reasons that differ only in what each run has of its own."""
    return _PASSING.sub("…", reason)
