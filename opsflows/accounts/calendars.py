"""The calendar that an account's business time is counted by, kept in memory until somebody changes it."""

import datetime
import uuid
from functools import lru_cache
from zoneinfo import ZoneInfo

from opsflows.accounts.calendar_state import calendar_from, state_of
from opsflows.accounts.models import BusinessCalendar, CalendarRevision, PlatformAccount
from opsflows.rules import Calendar, Clock, usual_calendar


def calendar_of(account_id: uuid.UUID, revision: uuid.UUID | None, timezone: str) -> Calendar:
    """The default calendar of an account in the state `revision`; None: it never had one.

    `revision` and `timezone` come with a query that is made anyway: as `account__calendars__revision` and
    `account__timezone`. Only the first call for each of them reads the calendar.
    """
    if revision is None:
        return usual_calendar(ZoneInfo(timezone))
    return _remembered(account_id, revision, timezone)


def account_clock(account: PlatformAccount, *, now: datetime.datetime) -> Clock:
    """A clock of the account at `now`: one query."""
    revisions = CalendarRevision.objects.filter(account=account).values_list("revision", flat=True)
    return Clock(now, account.zone, calendar_of(account.pk, revisions.first(), account.timezone))


@lru_cache(maxsize=1024)
def _remembered(account_id: uuid.UUID, revision: uuid.UUID, timezone: str) -> Calendar:
    row = BusinessCalendar.objects.filter(account=account_id, is_default=True).first()
    return usual_calendar(ZoneInfo(timezone)) if row is None else calendar_from(state_of(row), timezone=timezone)
