"""Several workers route at once, and runs with limits still begin in the order of their events."""

import uuid
from collections.abc import Sequence

from django.db import connection

from opsflows.events.consumers import Overtaken, RoutedEvent
from opsflows.events.models import Event

# Shared, so that those who wait for the same events do not wait for each other. Whoever routes them locks them alone.
_WAIT = """
SELECT id FROM events WHERE routed_at IS NULL AND id < %s AND account_id = ANY(%s) AND name = ANY(%s)
ORDER BY id FOR SHARE
"""


def keep_order(events: Sequence[RoutedEvent], limited: Sequence[RoutedEvent]) -> None:
    """Wait until other workers are done with earlier events than `limited` (some of `events`, the batch in hand).

    Events of other names and accounts do not matter. Whoever has the earlier ones never waits for the later ones, so
    nobody waits in a ring.

    Raises:
        Overtaken: there are earlier ones that nobody has routed, or some of another worker lie between these.
    """
    if not connection.features.has_select_for_update:
        # There is one router, and it takes events in their order.
        return
    first, last = limited[0].id, limited[-1].id
    accounts, names = {event.account_id for event in limited}, {event.name for event in limited}
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [first, list(accounts), list(names)])
        if cursor.fetchone() is not None:
            raise Overtaken(before=0)
    between = Event.objects.filter(routed_at=None, id__gt=first, id__lt=last, account_id__in=accounts, name__in=names)
    foreign: uuid.UUID | None = between.order_by("id").values_list("id", flat=True).first()
    if foreign is not None:
        raise Overtaken(before=sum(event.id < foreign for event in events))
