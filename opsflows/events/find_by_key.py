"""Find events by the key that they were sent under: a vendor's id of an event, or an Idempotency-Key."""

import uuid

from connectors.names import bounded_key
from opsflows.events.models import EventKey, Source

#: Sources of an account whose keys are looked at.
MOST_SOURCES = 500


def ids_by_key(*, account_id: uuid.UUID, key: str) -> list[uuid.UUID]:
    """The events of the account that came from outside under `key`. Two queries, by an index."""
    sources = Source.objects.filter(account=account_id).order_by("pk").values_list("pk", flat=True)[:MOST_SOURCES]
    scopes = [f"api:{account_id}", *(f"source:{source_id}" for source_id in sources)]
    rows = EventKey.objects.filter(scope__in=scopes, key=bounded_key(key))
    return list(rows.values_list("event_id", flat=True))
