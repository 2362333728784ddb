"""Routing: a batch of stored events is handed to every consumer, in one transaction.

It goes by state (`routed_at` is empty), never by "id greater than the last": ids are not in commit order. The row locks
are the claim, for nothing outside is called here. One bad event never takes the batch along: the batch is halved until
the event stands alone, and then it is set aside for the consumer that cannot take it, while the others go on.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from opsflows.events.consumers import Consumer, Overtaken, RoutedEvent, all_consumers
from opsflows.events.models import Event, EventPayload, RoutingFailure
from opsflows.events.note import note_sent
from opsflows.queue.transient import is_transient

logger = logging.getLogger(__name__)

BATCH = 200


def route(*, now: datetime, limit: int = BATCH) -> int:
    """Hand up to `limit` waiting events to all consumers; how many were handed over."""
    if not Event.objects.filter(routed_at=None).order_by().exists():
        return 0
    while True:
        try:
            events = _route(limit, now)
        except Overtaken as overtaken:
            limit = max(1, overtaken.before)
            continue
        note_sent(events, now=now)
        return len(events)


@transaction.atomic
def _route(limit: int, now: datetime) -> list[RoutedEvent]:
    events = _take(limit)
    if events:
        # First, so that what is still to be routed is, for the consumers too, what others have in hand.
        Event.objects.filter(id__in=[event.id for event in events]).update(routed_at=now)
        _hand_over(events, all_consumers(), now)
    return events


def route_again(failure: RoutingFailure, *, now: datetime) -> None:
    """Hand a set-aside event to its consumer once more; raises what the consumer raises, and then nothing changed."""
    with transaction.atomic():
        held = RoutingFailure.objects.select_for_update().get(id=failure.id)
        if held.resolved_at is None:
            all_consumers()[held.consumer](load_events([held.event_id]), now)
            held.resolved_at = now
            held.save(update_fields=["resolved_at"])


def _take(limit: int) -> list[RoutedEvent]:
    rows = Event.objects.filter(routed_at=None).order_by("id").values_list("id", flat=True)
    if connection.features.has_select_for_update_skip_locked:
        # Not against those who only refer to one of them: a run that takes the event while it is being routed.
        rows = rows.select_for_update(skip_locked=True, no_key=True)
    return load_events(list(rows[:limit]))


def load_events(ids: Sequence[uuid.UUID]) -> list[RoutedEvent]:
    """The events with these ids, in the order of the ids."""
    # As text, so that a payload somebody damaged by hand fails alone and not the query of the whole batch.
    texts = dict(
        EventPayload.objects.filter(event__in=ids).values_list("event_id", Cast("data", output_field=TextField()))
    )
    columns = ("id", "account_id", "door", "name", "source_label", "occurred_at", "received_at", "depth")
    rows = Event.objects.filter(id__in=ids).order_by("id").values(*columns)
    return [RoutedEvent(**row, payload=texts.get(row["id"])) for row in rows]


def _hand_over(events: Sequence[RoutedEvent], consumers: Mapping[str, Consumer], now: datetime) -> None:
    try:
        with transaction.atomic():
            for consume in consumers.values():
                consume(events, now)
    except Exception as error:
        if is_transient(error) or isinstance(error, Overtaken):
            raise
        if len(events) > 1:
            middle = len(events) // 2
            _hand_over(events[:middle], consumers, now)
            _hand_over(events[middle:], consumers, now)
        elif len(consumers) > 1:
            for name, consume in consumers.items():
                _hand_over(events, {name: consume}, now)
        else:
            _set_aside(events[0], next(iter(consumers)), error, now)


def _set_aside(event: RoutedEvent, consumer: str, error: Exception, now: datetime) -> None:
    logger.error("Event %s is set aside for %s: %s", event.id, consumer, error, exc_info=error)
    RoutingFailure.objects.update_or_create(
        event_id=event.id,
        consumer=consumer,
        defaults={"error": f"{type(error).__name__}: {error}", "failed_at": now, "resolved_at": None},
    )
