"""Two workers route at once, and runs that take turns still begin in the order of their events."""

import uuid
from collections.abc import Collection

from django.db import connection

from opsflows.events.models import Event


def wait_for_earlier(*, before: uuid.UUID, account_ids: Collection[uuid.UUID], names: Collection[str]) -> None:
    """Wait until another worker is done with earlier events of these names that it has in hand.

    Whoever has the earlier ones does not wait for the later ones, so nobody waits in a ring.
    """
    if not connection.features.has_select_for_update:
        # There is one router, and it takes events in their order.
        return
    earlier = Event.objects.filter(routed_at=None, id__lt=before, account_id__in=account_ids, name__in=names)
    list(earlier.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
