"""Whether a source is well, in one line: what it accepted and refused in the last 24 hours."""

from datetime import datetime, timedelta

from django.db import connections
from django.db.models import DateTimeField, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL

from opsflows.admin_site.markup import Look
from opsflows.events.admin.reasons import in_words
from opsflows.events.models import Event, Rejection, Source
from opsflows.queue.ids import first_id

#: Accepted events are counted no further than this: more says no more.
MOST = 1000
_DAY = timedelta(days=1)
_ACCEPTED = """(SELECT COUNT(*) FROM (
    SELECT 1 FROM events WHERE events.source_id = sources.id AND events.id >= %s LIMIT %s) AS few)"""


def with_health(sources: QuerySet[Source], now: datetime) -> QuerySet[Source]:
    """Sources with `accepted` (at most `MOST` + 1), `refused`, `last_reason` and `last_event_at`."""
    events = Event.objects.filter(source=OuterRef("pk")).order_by("-pk")
    refused = Rejection.objects.filter(source=OuterRef("pk"), hour__gt=now - _DAY)
    total = refused.order_by().values("source").annotate(total=Sum("count")).values("total")
    bound = Event._meta.pk.get_db_prep_value(first_id(now - _DAY), connection=connections[sources.db])
    return sources.annotate(
        accepted=RawSQL(_ACCEPTED, (bound, MOST + 1), output_field=IntegerField()),  # noqa: S611  (a constant)
        refused=Subquery(total, output_field=IntegerField()),
        last_reason=Subquery(refused.order_by("-last_at").values("reason")[:1]),
        last_event_at=Subquery(events.values("received_at")[:1], output_field=DateTimeField()),
    )


def health(source: "Source") -> tuple[Look, str]:
    """The state, and the sentence that says it. The source comes out of `with_health`."""
    accepted, refused = getattr(source, "accepted", 0), getattr(source, "refused", None) or 0
    taken = f"{MOST:,}+ accepted" if accepted > MOST else f"{accepted:,} accepted"
    reason = in_words(getattr(source, "last_reason", None) or "").lower()
    if not source.is_active:
        return Look("Off", "off", "pause_circle"), "Switched off: requests are refused."
    if refused and not accepted:
        return Look("Refusing", "failed", "error"), f"{refused:,} refused in 24 h, none accepted: {reason}."
    if refused:
        return Look("Partly", "attention", "warning"), f"{taken}, {refused:,} refused in 24 h; last: {reason}."
    if accepted:
        return Look("Healthy", "done", "check_circle"), f"{taken} in 24 h, none refused."
    if getattr(source, "last_event_at", None):
        return Look("Quiet", "waiting", "bedtime"), "Nothing came in during the last 24 h."
    return Look("New", "waiting", "hourglass_empty"), "Waiting for its first request."
