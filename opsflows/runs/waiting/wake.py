"""The consumer of events that wakes, or ends, the runs that waited for them; in the routing transaction."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection

from opsflows.events.consumers import RoutedEvent
from opsflows.runs.models import EventWait
from opsflows.runs.waiting.matching import Clocks, Waiting, event_key, fits, read_waits
from opsflows.runs.waiting.take import take

#: Waits that are read at once: one event may wake very many runs.
PAGE = 1000

#: An account and an event's name.
Name = tuple[uuid.UUID, str]

# Each field that somebody listens for is one probe of the index (`wait_open`), however many wait; where nobody does,
# that is one for each name of the batch.
_FIELDS = """
WITH RECURSIVE asked(account_id, event_name) AS (VALUES {rows}),
fields(account_id, event_name, match_field) AS (
    SELECT account_id, event_name,
        (SELECT MIN(w.match_field) FROM workflow_waits w
            WHERE w.is_open AND w.account_id = asked.account_id AND w.event_name = asked.event_name)
    FROM asked
    UNION ALL
    SELECT account_id, event_name,
        (SELECT MIN(w.match_field) FROM workflow_waits w
            WHERE w.is_open AND w.account_id = fields.account_id AND w.event_name = fields.event_name
            AND w.match_field > fields.match_field)
    FROM fields WHERE match_field IS NOT NULL
)
SELECT account_id, event_name, match_field FROM fields WHERE match_field IS NOT NULL
"""


def wake_waiting(events: Sequence[RoutedEvent], now: datetime) -> None:
    """Give each of `events` to everyone who waits for it. Of several that fit a wait, the first of them is taken."""
    fields = listened_fields({(event.account_id, event.name) for event in events})
    if not fields:
        return
    clocks = Clocks(now)
    for (account_id, name, field), by_key in _offers(events, fields).items():
        for waits in _pages(account_id, name, field, by_key):
            found = []
            for wait in waits:
                first = next((event for event in by_key[wait.match_key] if fits(wait, event, clocks.of)), None)
                if first is not None:
                    found.append((wait, first))
            take(found, now=now)


def listened_fields(names: Collection[Name]) -> Mapping[Name, Sequence[str]]:
    """By account and name of an event: the fields that its open waits go by (empty: none). One query."""
    if not names:
        return {}
    field = EventWait._meta.get_field("account")
    statement = _FIELDS.format(rows=", ".join(["(%s, %s)"] * len(names)))
    found: dict[Name, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        parameters = [(field.get_db_prep_value(account_id, connection), name) for account_id, name in sorted(names)]
        cursor.execute(statement, [value for pair in parameters for value in pair])
        for account_id, name, match_field in cursor.fetchall():
            account_id = account_id if isinstance(account_id, uuid.UUID) else uuid.UUID(account_id)
            found[account_id, name].append(match_field)
    return found


_Offers = dict[tuple[uuid.UUID, str, str], dict[str, list[RoutedEvent]]]


def _offers(events: Sequence[RoutedEvent], fields: Mapping[Name, Sequence[str]]) -> _Offers:
    """By account, name and field: the events, in their order, by what they have there."""
    offers: _Offers = defaultdict(lambda: defaultdict(list))
    for event in events:
        for field in fields.get((event.account_id, event.name), ()):
            key = event_key(event, field)
            if key is not None:
                offers[event.account_id, event.name, field][key].append(event)
    return offers


def _pages(account_id: uuid.UUID, name: str, field: str, keys: Collection[str]) -> Iterator[list[Waiting]]:
    rows = EventWait.objects.filter(
        is_open=True, account_id=account_id, event_name=name, match_field=field, match_key__in=keys
    ).order_by("id")
    waits = read_waits(rows[:PAGE])
    while waits:
        yield waits
        waits = read_waits(rows.filter(id__gt=waits[-1].id)[:PAGE]) if len(waits) == PAGE else []
