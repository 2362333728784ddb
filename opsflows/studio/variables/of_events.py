"""What a condition about an event may read: the event's fields alone, of several events at once."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from opsflows.events.models import Event, EventPayload, EventType
from opsflows.outbound import redact_value
from opsflows.studio.variables.known import Variable, event_variables


def variables_of_events(*, account_id: uuid.UUID, events: Collection[str]) -> dict[str, list[Variable]]:
    """The fields of each event that the catalog knows, from its schema and from the newest of its kind.

    Two queries, however many there are.
    """
    wanted = {name for name in events if name}
    if not wanted:
        return {}
    # The index event_newest_by_name serves the newest of each.
    newest = Event.objects.filter(account=account_id, name=OuterRef("event_name")).order_by("-pk").values("pk")[:1]
    known = EventType.objects.filter(Q(account=account_id) | Q(account=None), event_name__in=wanted)
    rows = list(known.annotate(newest=Subquery(newest)).values("event_name", "payload_schema", "account_id", "newest"))
    payloads: dict[Any, Any] = dict(
        EventPayload.objects.filter(event__in={row["newest"] for row in rows} - {None}).values_list("event_id", "data")
    )
    found: dict[str, list[Variable]] = {}
    # The account's own entry goes before the house's.
    for row in sorted(rows, key=lambda row: row["account_id"] is None):
        if row["event_name"] not in found or not found[row["event_name"]]:
            data = redact_value(payloads.get(row["newest"]))
            found[row["event_name"]] = event_variables(row["payload_schema"] or {}, [data])
    return found
