"""The table of what is periodic, as the page shows it: what, when, how it went last, and when it comes again."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site.markup import badge
from opsflows.insights.stretch import zone_called
from opsflows.queue.models import Job
from opsflows.upkeep.admin.job_words import label_of, look_of, outcome, took
from opsflows.upkeep.ask import UTC
from opsflows.upkeep.due import next_fire
from opsflows.upkeep.table import TABLE, Clock, Entry


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for the account in use; `last` None: it was not done yet."""

    entry: Entry
    label: str
    clock: str
    last: Job | None
    badge: SafeString | str
    took: str
    outcome: str
    next_at: datetime | None
    is_ours: bool


def lines(account: PlatformAccount | None, *, now: datetime) -> list[Line]:
    """The whole table; one query an entry. Without an account, what the house does alone."""
    zone = zone_called(account.timezone) if account else UTC
    return [_line(entry, account, zone, now) for entry in TABLE]


def _line(entry: Entry, account: PlatformAccount | None, zone: ZoneInfo, now: datetime) -> Line:
    is_ours = entry.clock is Clock.ACCOUNT
    last = _last(entry.kind, account.pk if account and is_ours else None)
    return Line(
        entry=entry,
        label=label_of(entry.kind),
        clock=zone.key if is_ours else "UTC",
        last=last,
        badge=badge(look_of(last)) if last else "",
        took=took(last) if last else "",
        outcome=outcome(last) if last else "",
        next_at=next_fire(entry.cron, zone if is_ours else UTC, now=now) if account or not is_ours else None,
        is_ours=is_ours,
    )


def _last(kind: str, account_id: uuid.UUID | None) -> Job | None:
    return Job.objects.filter(kind=kind, account=account_id).order_by("-id").first()
