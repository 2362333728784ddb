"""What the trace keeps of a value: secrets masked, long lists at their beginning."""

from collections.abc import Mapping
from typing import Any

from opsflows.outbound import redact_value

#: A step over a long list would otherwise write it a second time, beside where it comes from.
MOST_ENTRIES = 200


def shown(value: Any) -> Any:
    """A copy of a JSON document for the trace; numbers stay as they are."""
    return redact_value(shortened(value))


def shortened(value: Any) -> Any:
    """The same document, its lists cut after `MOST_ENTRIES` entries, with a note of how many more there were."""
    if isinstance(value, Mapping):
        return {key: shortened(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        kept = [shortened(inner) for inner in value[:MOST_ENTRIES]]
        more = len(value) - len(kept)
        return [*kept, f"… and {more:,} more, not recorded here"] if more else kept
    return value
