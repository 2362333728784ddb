"""Counters that rooms raise as they work; `/metrics` shows them. Labels are closed sets, event names apart."""

from prometheus_client import Counter, Histogram

#: Distinct event names a process counts by name; those after them are counted together, so that memory stays bounded.
EVENT_TYPES_COUNTED = 500

EVENTS_RECEIVED = Counter(
    "opsflows_events_received", "Events that came in, by the way they came and whether they were new.", ["door", "new"]
)
EVENTS_ROUTED = Counter(
    "opsflows_events_routed",
    "Events handed to everyone who listens, by the way they came in and by name.",
    ["door", "event_type"],
)
REJECTIONS = Counter("opsflows_rejections", "Requests with events that were refused, by reason.", ["reason"])
RUNS_FINISHED = Counter("opsflows_runs_finished", "Runs that came to an end, by status.", ["status"])
RUNS_LEFT_OUT = Counter(
    "opsflows_runs_left_out", "Runs not begun because their workflow had started as many as it may in an hour."
)
OUTBOUND_CALLS = Counter("opsflows_outbound_calls", "Calls to other systems, by outcome.", ["outcome"])
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
EVENT_LATENCY = Histogram(
    "opsflows_event_latency_seconds",
    "Seconds from receiving an event to handing it to everyone who listens.",
    ["door"],
    buckets=_BUCKETS,
)

#: Triggers' patterns, by `Event.Door`'s value.
PATTERNS = {
    "webhook": "webhook-bridge",
    "api": "events-api",
    "save": "database-sync",
    "schedule": "scheduled",
    "step": "workflow",
    "system": "opsflows",
}
RECEIVED_BY_PATTERN = Counter(
    "events_received", "Events that were stored, copies left out, by pattern and by name.", ["pattern", "event_type"]
)
SENT_BY_PATTERN = Counter(
    "events_sent", "Events handed to everyone who listens, by pattern and by name.", ["pattern", "event_type"]
)
LATENCY_BY_PATTERN = Histogram(
    "event_latency_seconds",
    "Seconds from receiving an event to handing it to everyone who listens, by pattern.",
    ["pattern"],
    buckets=_BUCKETS,
)
#: Shown under the names that Triggers gives them; all else of ours begins with `opsflows_`.
UNPREFIXED = frozenset({"events_received", "events_sent", "event_latency_seconds"})

_named: set[str] = set()


def event_received(*, door: str, event_type: str) -> None:
    """Count an event that was stored; `door` is `Event.Door`'s value."""
    RECEIVED_BY_PATTERN.labels(PATTERNS.get(door, door), _counted_as(event_type)).inc()


def event_routed(*, door: str, event_type: str, seconds: float) -> None:
    """Count an event that was handed over `seconds` after it was received; `door` is `Event.Door`'s value."""
    event_type, pattern = _counted_as(event_type), PATTERNS.get(door, door)
    EVENTS_ROUTED.labels(door, event_type).inc()
    SENT_BY_PATTERN.labels(pattern, event_type).inc()
    EVENT_LATENCY.labels(door).observe(seconds)
    LATENCY_BY_PATTERN.labels(pattern).observe(seconds)


def _counted_as(event_type: str) -> str:
    if event_type not in _named:
        if len(_named) >= EVENT_TYPES_COUNTED:
            return "other"
        _named.add(event_type)
    return event_type
