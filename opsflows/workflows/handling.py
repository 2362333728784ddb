"""What one step says about its own failures and time, as it stands in a definition: `onError`, `retryCount`, …"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from opsflows.rules import RuleError, parse_duration
from opsflows.workflows.graph import StepHandling

#: The keys beside `kind` and `config` that say it.
HANDLING_KEYS = ("onError", "retryCount", "retryDelay", "stepTimeout")

#: As OpenAPI says it.
HANDLING_SCHEMA: dict[str, Any] = {
    "onError": {
        "enum": ["stop", "continue", "branch", "retry", None],
        "description": "What its failure means; left out: as errorHandling says.",
    },
    "retryCount": {"type": ["integer", "null"], "minimum": 0, "maximum": 20},
    "retryDelay": {"type": ["integer", "null"], "minimum": 1, "maximum": 3600, "description": "Seconds."},
    "stepTimeout": {
        "type": ["string", "integer", "null"],
        "description": "The longest it may take in all: a duration such as `10 minutes`, or seconds.",
    },
    "pinned": {"type": ["object", "null"], "description": "What test runs take for its answer: output, and handle."},
    "disabled": {"type": ["boolean", "null"], "description": "Kept and passed over, as if it were not there."},
}

ON_ERROR = ("stop", "continue", "branch", "retry")
_LIMITS = {"retryCount": (0, 20), "retryDelay": (1, 3600)}
_MAX_TIMEOUT = timedelta(days=3650)

#: Told of each problem: the key, and what is wrong with it.
Complain = Callable[[str, str], None]


def read_handling(data: Mapping[str, Any], complain: Complain) -> StepHandling | None:
    """What `data` says; None where it says nothing."""
    if all(data.get(key) is None for key in HANDLING_KEYS):
        return None
    on_error = data.get("onError")
    if on_error is not None and on_error not in ON_ERROR:
        complain("onError", f"Must be one of {', '.join(ON_ERROR)}; leave it out to follow errorHandling.")
        on_error = None
    return StepHandling(
        on_error=on_error,
        retry_count=_number(data, "retryCount", complain),
        retry_delay=_number(data, "retryDelay", complain),
        timeout=_duration(data.get("stepTimeout"), complain),
    )


def write_handling(handling: StepHandling | None) -> dict[str, Any]:
    """The same, as a definition says it."""
    if handling is None:
        return {}
    seconds = None if handling.timeout is None else int(handling.timeout.total_seconds())
    values = (handling.on_error, handling.retry_count, handling.retry_delay, seconds)
    return {key: value for key, value in zip(HANDLING_KEYS, values, strict=True) if value is not None}


def _number(data: Mapping[str, Any], key: str, complain: Complain) -> int | None:
    value = data.get(key)
    low, high = _LIMITS[key]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        complain(key, f"Must be a whole number from {low} to {high}; leave it out to follow errorHandling.")
        return None
    return value


def _duration(value: Any, complain: Complain) -> timedelta | None:
    if value is None:
        return None
    try:
        found = timedelta(seconds=value) if type(value) is int else parse_duration(value)
    except (RuleError, TypeError, AttributeError, OverflowError):
        found = None
    if found is None or not timedelta(seconds=1) <= found <= _MAX_TIMEOUT:
        complain("stepTimeout", "Must be a duration such as `10 minutes`, or a number of seconds.")
        return None
    return timedelta(seconds=int(found.total_seconds()))
