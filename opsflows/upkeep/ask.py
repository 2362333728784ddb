"""Ask for what is due: one job for each entry and account, under a key that holds the moment for which it is."""

import logging
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from opsflows.accounts.models import PlatformAccount
from opsflows.insights.stretch import zone_called
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.models import Job
from opsflows.upkeep.due import latest_fire
from opsflows.upkeep.table import TABLE, Clock

logger = logging.getLogger(__name__)

UTC = ZoneInfo("UTC")
#: What was asked for last, by this process: kind and account to the moment.
Asked = dict[tuple[str, uuid.UUID | None], datetime]


def ask_for_due(*, now: datetime, asked: Asked) -> int:
    """Enqueue what is due and not among `asked`, which is brought up to date; how many jobs were new.

    However many workers and machines ask, the key is unique and the job is done once. After a time in which nobody
    asked, only the latest moment of each entry is made up for. An account that is switched off is left out, and one is
    not asked for what was due before it was made.
    """
    due = {name: moment for name, moment in _due(now).items() if asked.get(name) != moment}
    keys = {name: job_key(*name, moment) for name, moment in due.items()}
    known = set(Job.objects.filter(key__in=keys.values()).values_list("key", flat=True)) if keys else set()
    new = 0
    for name, key in keys.items():
        if key not in known:
            kind, account_id = name
            enqueue_job(kind=kind, key=key, now=now, account_id=account_id, params={"fire": due[name].isoformat()})
            new += 1
    asked.update(due)
    return new


def job_key(kind: str, account_id: uuid.UUID | None, fire: datetime) -> str:
    """What the job is called that does `kind` for the moment `fire`."""
    return f"{kind}:{account_id or 'house'}:{fire.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _due(now: datetime) -> Asked:
    accounts = PlatformAccount.objects.filter(is_active=True).values_list("id", "timezone", "created_at")
    zones = {account_id: (zone_called(name), made) for account_id, name, made in accounts}
    found: Asked = {}
    for entry in TABLE:
        if entry.clock is Clock.HOUSE:
            if fire := latest_fire(entry.cron, UTC, now=now):
                found[entry.kind, None] = fire
            continue
        fires = {zone: latest_fire(entry.cron, zone, now=now) for zone, _ in zones.values()}
        for account_id, (zone, made) in zones.items():
            if (fire := fires[zone]) and fire > made:
                found[entry.kind, account_id] = fire
    return found
