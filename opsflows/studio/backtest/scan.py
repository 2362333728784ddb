"""Read a stretch of the events of a period, the newest first, with the payloads that are worth looking at."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, ExpressionWrapper, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from opsflows.events.consumers import RoutedEvent
from opsflows.events.models import Event
from opsflows.queue.ids import first_id
from opsflows.studio.backtest.needs import Need
from opsflows.studio.backtest.prefilter import MayHold
from opsflows.studio.models import Backtest

#: An id is made within moments of when its event came in. The ids find the rows, and the moment decides; between the
#: clocks of two machines there may be a little, and never a day.
_SLACK = timedelta(days=1)
#: Payloads that are in memory at once: one may be a megabyte.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of the period. `event` is None where it cannot be caught, whatever else it carries; `is_kept` says
    whether its payload is still there."""

    id: uuid.UUID
    received_at: datetime
    is_kept: bool
    event: RoutedEvent | None


def of_period(backtest: Backtest, name: str) -> QuerySet[Event]:
    """The events of this name that came in within the period."""
    return Event.objects.filter(
        account=backtest.account_id,
        name=name,
        id__gte=first_id(backtest.since - _SLACK),
        id__lt=first_id(backtest.until + _SLACK),
        received_at__gte=backtest.since,
        received_at__lt=backtest.until,
    )


def stretch(backtest: Backtest, name: str, need: Need | None, *, limit: int) -> Iterator[Seen]:
    """Up to `limit` events behind the backtest's cursor. One query, along the index (account, name, id)."""
    rows = of_period(backtest, name)
    if backtest.after is not None:
        rows = rows.filter(id__lt=backtest.after)
    # As text, so that what somebody damaged by hand fails alone; and only of what may hold, which spares the rest.
    text = Cast("payload__data", output_field=TextField())
    wanted = text if need is None else Case(When(Q(MayHold("payload__data", need)), then=text), default=Value(None))
    columns = ("id", "received_at", "occurred_at", "door", "source_label", "depth")
    # Not the payload's own key: turning it into a UUID would cost as much as asking a condition.
    is_there = ExpressionWrapper(Q(payload__isnull=False), output_field=BooleanField())
    found = rows.order_by("-id").values_list(*columns, is_there, wanted)[:limit]
    for event_id, received_at, occurred_at, door, label, depth, is_kept, payload in found.iterator(_AT_ONCE):
        event = None
        if payload is not None:
            event = RoutedEvent(
                event_id, backtest.account_id, door, name, label, occurred_at, received_at, depth, payload
            )
        yield Seen(event_id, received_at, bool(is_kept), event)
