"""Everything that happens periodically: which job, when, by whose clock, and what it does.

What staff schedule themselves stands in the room `schedules`. Nothing deletes history or audit entries.
"""

from dataclasses import dataclass
from enum import StrEnum


class Clock(StrEnum):
    """Whose wall clock a time is meant by."""

    ACCOUNT = "each account's own"
    HOUSE = "UTC"


@dataclass(frozen=True, slots=True)
class Entry:
    """One job that comes again. By an account's clock there is one for each active account, by the house's only one."""

    kind: str
    cron: str
    clock: Clock
    when: str
    what: str


TABLE = (
    Entry(
        kind="insights.roll_up",
        cron="* * * * *",
        clock=Clock.HOUSE,
        when="every minute",
        what="Adds up the last minutes' events, requests refused and runs, for the first page and each workflow.",
    ),
    Entry(
        kind="failures.mail",
        cron="* * * * *",
        clock=Clock.HOUSE,
        when="every minute",
        what="Mails those whom workflows name for failures: at most one mail in 15 minutes about each workflow.",
    ),
    Entry(
        kind="approvals.deliver",
        cron="* * * * *",
        clock=Clock.HOUSE,
        when="every minute",
        what="Sends what could not be sent at once: who is asked to approve, and how it ended, by mail, Slack, Teams.",
    ),
    Entry(
        kind="approvals.sweep",
        cron="* * * * *",
        clock=Clock.HOUSE,
        when="every minute",
        what="Meets the deadlines of approvals, reminds who is asked, and hands on what waits for people who are away.",
    ),
    Entry(
        kind="upkeep.sweep",
        cron="*/5 * * * *",
        clock=Clock.HOUSE,
        when="every five minutes",
        what="Looks for overdue tasks and stalled runs, and sends task.overdue and workflow.stalled once for each.",
    ),
    Entry(
        kind="retention.clean",
        cron="30 2 * * *",
        clock=Clock.ACCOUNT,
        when="nightly at 02:30",
        what="Deletes what the account's retention policies say, and mails its administrators how much that was.",
    ),
    Entry(
        kind="summary.daily",
        cron="0 7 * * *",
        clock=Clock.ACCOUNT,
        when="daily at 07:00",
        what="Mails yesterday's summary to those who want it.",
    ),
    Entry(
        kind="house.clean",
        cron="15 3 * * *",
        clock=Clock.HOUSE,
        when="nightly at 03:15",
        what="Deletes sessions that expired, and after a week the house's own finished jobs, django-q2's task log, and "
        "lists that were uploaded and never started.",
    ),
)


def entry_of(kind: str) -> Entry:
    """The entry of that job. Raises `LookupError` where nothing periodic bears the name."""
    for entry in TABLE:
        if entry.kind == kind:
            return entry
    raise LookupError(f"{kind!r} does not come by itself.")
