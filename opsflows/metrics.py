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
OUTBOUND_CALLS = Counter("opsflows_outbound_calls", "Calls to other systems, by outcome.", ["outcome"])
EVENT_LATENCY = Histogram(
    "opsflows_event_latency_seconds",
    "Seconds from receiving an event to handing it to everyone who listens.",
    ["door"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)

_named: set[str] = set()


def event_routed(*, door: str, event_type: str, seconds: float) -> None:
    """Count an event that was handed over `seconds` after it was received; `door` is `Event.Door`'s value."""
    if event_type not in _named:
        if len(_named) >= EVENT_TYPES_COUNTED:
            event_type = "other"
        else:
            _named.add(event_type)
    EVENTS_ROUTED.labels(door, event_type).inc()
    EVENT_LATENCY.labels(door).observe(seconds)
