"""Names that the catalog does not know yet enter it as the account's own."""

import logging
import uuid
from collections.abc import Collection, Iterable
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from opsflows.events.models import EventType

logger = logging.getLogger(__name__)

#: Names kept in one process; past this the memory is emptied and filled anew.
CAPACITY = 50_000

_known: set[tuple[uuid.UUID, str]] = set()


def enter_names(*, account_id: uuid.UUID, names: Iterable[str]) -> None:
    """Make sure that the catalog has `names`, for everyone or for this account. Asks the database only once a name.

    Called when the events are stored, so trouble is only logged: the next event of the name tries again.
    """
    unknown = {name for name in names if (account_id, name) not in _known}
    if not unknown:
        return
    try:
        _enter(account_id, unknown)
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        logger.exception("names could not be entered into the catalog")
    else:
        transaction.on_commit(partial(_remember, account_id, unknown))


def _enter(account_id: uuid.UUID, names: Collection[str]) -> None:
    visible = Q(account__isnull=True) | Q(account_id=account_id)
    listed = EventType.objects.filter(visible, event_name__in=names).values_list("event_name", flat=True)
    EventType.objects.bulk_create(
        [
            EventType(
                account_id=account_id,
                event_name=name,
                event_category=EventType.Category.CUSTOM,
                is_system_event=False,
                is_customizable=True,
            )
            for name in sorted(set(names).difference(listed))
        ],
        ignore_conflicts=True,
    )


def _remember(account_id: uuid.UUID, names: Iterable[str]) -> None:
    if len(_known) >= CAPACITY:
        _known.clear()
    _known.update((account_id, name) for name in names)
