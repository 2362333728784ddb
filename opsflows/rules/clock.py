"""The only source of time for the language: whoever evaluates a rule says what moment it is, and where."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from opsflows.rules.business_calendar import Calendar


@dataclass(frozen=True)
class Clock:
    """The moment and the calendar a rule is evaluated with.

    Raises:
        ValueError: if `now` has no time zone.
    """

    now: datetime.datetime
    zone: ZoneInfo  #: The account's time zone: what "today" means, and how a time without offset is read.
    calendar: Calendar | None = None  #: The account's business hours; None: the usual ones, in `zone`.

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Clock.now needs a time zone; pass an aware datetime.")

    @property
    def local(self) -> datetime.datetime:
        """`now` on the account's wall clock."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> datetime.date:
        return self.local.date()

    @property
    def business(self) -> Calendar:
        """The calendar that business days and hours are counted by."""
        return self.calendar or usual_calendar(self.zone)


@lru_cache(maxsize=256)
def usual_calendar(zone: ZoneInfo) -> Calendar:
    """Monday to Friday, 9:00 to 17:00, without holidays: what holds where nothing was set up."""
    return Calendar(zone)
