"""Look for events that came before a wait for them was committed.

Routing hands an event to the waits that it sees, and a wait that is just being committed is not among them. So the wait
is committed first, and then somebody looks back: whatever was routed before can be seen by then, and whatever is routed
later sees the wait. The worker that committed it looks at once; another one does where that worker is gone.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from opsflows.events.consumers import RoutedEvent
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.queue.ids import first_id, made_at
from opsflows.queue.transient import is_transient
from opsflows.runs.engine.progress import Parked, Progress
from opsflows.runs.models import EventWait
from opsflows.runs.waiting.matching import Clocks, Waiting, fits, read_waits
from opsflows.runs.waiting.take import take

logger = logging.getLogger(__name__)

#: Waits, and events of one name, that one piece of work looks at.
WAITS = 200
EVENTS = 200
#: How often a worker looks for waits that another one committed and never looked back for.
EVERY = timedelta(seconds=10)
#: How far the clocks of machines may be apart that give events and runs their ids.
SKEW = timedelta(minutes=1)


class Lookout:
    """When a worker looks back: after a commit in which a run began to listen, and now and then."""

    def __init__(self) -> None:
        self._next = datetime.min.replace(tzinfo=UTC)
        self._is_due = False

    def notice(self, progresses: Iterable[Progress]) -> None:
        """Told of every commit."""
        if any(progress.run.graph.listens and isinstance(progress.rest, Parked) for progress in progresses):
            self._is_due = True

    def work(self, now: datetime) -> bool:
        """Look back if it is time to; whether there was anything."""
        if not self._is_due and now < self._next:
            return False
        self._next = now + EVERY
        try:
            found = look_back(now=now)
        except Exception as error:
            if is_transient(error):
                raise
            logger.exception("Looking back failed; it is tried again later.")
            found = False
        self._is_due = found
        return found


def look_back(*, now: datetime) -> bool:
    """Look for the events of waits that nobody has looked back for; whether there were any such waits."""
    rows = EventWait.objects.filter(is_open=True, looked_back=False).order_by("created_at")
    waits = read_waits(rows[:WAITS])
    by_name: dict[tuple[uuid.UUID, str], list[Waiting]] = defaultdict(list)
    for wait in waits:
        by_name[wait.account_id, wait.event_name].append(wait)
    for group in by_name.values():
        group.sort(key=_begin)
        while group:
            group = _look(group, now)
    return bool(waits)


@dataclass(slots=True)
class _Seen:
    """Events of one name in the order of their ids; `is_all`: none lies behind them."""

    events: Sequence[RoutedEvent]
    is_all: bool
    last: uuid.UUID | None


def _look(group: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """Look at the next events for those of `group` (in order of where they begin) whom they concern; the others."""
    seen = _events(group[0])
    concerned = [wait for wait in group if seen.is_all or seen.last is None or _begin(wait) <= seen.last]
    clocks = Clocks(now)
    before = _taken_before([wait for wait in concerned if wait.purpose == EventWait.Purpose.STEP])
    found: list[tuple[Waiting, RoutedEvent]] = []
    for wait in concerned:
        for event in seen.events:
            if event.id <= _begin(wait) or (wait.execution_id, event.id) in before:
                continue
            if _fits(wait, event, clocks):
                found.append((wait, event))
                break
    with transaction.atomic():
        take(found, now=now)
        ids = [wait.id for wait in concerned]
        if seen.is_all:
            EventWait.objects.filter(id__in=ids).update(looked_back=True)
        else:
            EventWait.objects.filter(id__in=ids).update(looked_to=seen.last)
            matched = [wait.id for wait, _ in found]
            EventWait.objects.filter(id__in=matched).update(looked_back=True)
    return list(group[len(concerned) :])


def _begin(wait: Waiting) -> uuid.UUID:
    """Only events with a greater id can have come since the run began; ids are made by the clocks of machines."""
    if wait.looked_to is not None:
        return wait.looked_to
    return first_id(made_at(wait.own_event_id or wait.execution_id) - SKEW)


def _events(first: Waiting) -> _Seen:
    rows = Event.objects.filter(account_id=first.account_id, name=first.event_name, id__gt=_begin(first))
    ids = list(rows.order_by("id").values_list("id", flat=True)[:EVENTS])
    return _Seen(load_events(ids), len(ids) < EVENTS, ids[-1] if ids else None)


def _taken_before(waits: Collection[Waiting]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Events that earlier waits of the same runs took."""
    runs = {wait.execution_id for wait in waits}
    rows = EventWait.objects.filter(execution_id__in=runs, purpose=EventWait.Purpose.STEP, event__isnull=False)
    return {(run_id, event_id) for run_id, event_id in rows.values_list("execution_id", "event_id") if event_id}


def _fits(wait: Waiting, event: RoutedEvent, clocks: Clocks) -> bool:
    try:
        return fits(wait, event, clocks.of)
    except ValueError:
        # Routing has set it aside, or will.
        logger.warning("Event %s cannot be read; nobody is woken by it.", event.id)
        return False
