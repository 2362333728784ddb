"""Count and log what came in and what was handed over: names and ids alone, a line for a request or batch."""

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from opsflows.events.consumers import RoutedEvent
from opsflows.metrics import event_received, event_routed

logger = logging.getLogger("opsflows.events")

#: Names that one line tells apart.
_TOLD: Final = 5


def note_received(door: str, events: Sequence[tuple[str, uuid.UUID]]) -> None:
    """Events, each by name and id, that were stored just now; copies of earlier ones are none."""
    for name, _ in events:
        event_received(door=door, event_type=name)
    if events and logger.isEnabledFor(logging.INFO):
        logger.info("received through %s: %s", door, _told(events))


def note_sent(events: Sequence[RoutedEvent], *, now: datetime) -> None:
    """Events that were handed to everyone who listens, in a transaction that is committed."""
    for event in events:
        seconds = (now - event.received_at).total_seconds()
        event_routed(door=event.door, event_type=event.name, seconds=seconds)
    if events and logger.isEnabledFor(logging.INFO):
        logger.info("sent to consumers: %s", _told([(event.name, event.id) for event in events]))


def _told(events: Sequence[tuple[str, uuid.UUID]]) -> str:
    if len(events) == 1:
        return f"{events[0][0]} ({events[0][1]})"
    return f"{len(events)} events, {', '.join(_counted(name for name, _ in events))}"


def _counted(names: Iterable[str]) -> list[str]:
    counts = Counter(names)
    lines = [f"{count} {name}" for name, count in counts.most_common(_TOLD)]
    return [*lines, f"{len(counts) - _TOLD} other names"] if len(counts) > _TOLD else lines
