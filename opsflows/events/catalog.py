"""Names that the catalog does not know yet enter it as the account's own."""

import uuid
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q

from opsflows.events.models import EventType

#: Names kept in one process; past this the memory is emptied and filled anew.
CAPACITY = 50_000

_known: set[tuple[uuid.UUID, str]] = set()


def enter_names(*, account_id: uuid.UUID, names: Iterable[str]) -> None:
    """Make sure that the catalog has `names`, for everyone or for this account. Asks the database only once a name."""
    unknown = {name for name in names if (account_id, name) not in _known}
    if not unknown:
        return
    visible = Q(account__isnull=True) | Q(account_id=account_id)
    listed = EventType.objects.filter(visible, event_name__in=unknown).values_list("event_name", flat=True)
    EventType.objects.bulk_create(
        [
            EventType(
                account_id=account_id,
                event_name=name,
                event_category=EventType.Category.CUSTOM,
                is_system_event=False,
                is_customizable=True,
            )
            for name in sorted(unknown.difference(listed))
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(_remember, account_id, unknown))


def _remember(account_id: uuid.UUID, names: Iterable[str]) -> None:
    if len(_known) >= CAPACITY:
        _known.clear()
    _known.update((account_id, name) for name in names)
