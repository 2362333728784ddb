"""What is known where no such event came: whether events of the name come at all, and what was refused meanwhile."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Sum

from opsflows.events.models import Event, Rejection, Source

#: Refusals that are told of: of so long, and so many.
SINCE = timedelta(days=7)
MOST = 5
#: From so many of the newest events it is read off which sources send them.
_NEWEST = 50


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests of one source that were refused for one reason."""

    source_id: uuid.UUID
    source: str
    reason: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class NothingCame:
    """Facts about an event's name in an account."""

    name: str
    #: The newest event of the name; None where none was ever stored, or all were deleted by age.
    last: Event | None
    refused: tuple[Refused, ...]
    #: Sources that are switched off, by id and name: what they send is refused.
    off: tuple[tuple[uuid.UUID, str], ...]
    #: Whether the sources are those from which the name came lately; otherwise they are all of the account.
    are_its_sources: bool


def nothing_came(*, account_id: uuid.UUID, name: str, now: datetime) -> NothingCame:
    """The facts; three queries."""
    newest = list(Event.objects.filter(account=account_id, name=name).order_by("-id")[:_NEWEST])
    senders = {event.source_id for event in newest if event.source_id is not None}
    sources = Source.objects.filter(account=account_id)
    if senders:
        sources = sources.filter(pk__in=senders)
    rows = (
        Rejection.objects.filter(source__in=sources.order_by().values("pk"), hour__gte=now - SINCE)
        .order_by()
        .values("source_id", "source__name", "reason")
        .annotate(times=Sum("count"), last=Max("last_at"))
        .order_by("-last")[:MOST]
    )
    refused = tuple(
        Refused(row["source_id"], row["source__name"], row["reason"], row["times"], row["last"]) for row in rows
    )
    off = tuple(sources.filter(is_active=False).values_list("pk", "name")[:MOST])
    return NothingCame(name, newest[0] if newest else None, refused, off, bool(senders))
