"""The only source of time for the language: whoever evaluates a rule says what moment it is, and where."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True)
class Clock:
    """The moment and the calendar a rule is evaluated with.

    Raises:
        ValueError: if `now` has no time zone.
    """

    now: datetime.datetime
    zone: ZoneInfo  #: The account's time zone: what "today" means, and how a time without offset is read.
    is_holiday: Callable[[datetime.date], bool] | None = None
    week: frozenset[int] = MONDAY_TO_FRIDAY  #: Working days, Monday is 0.

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

    def is_business_day(self, day: datetime.date) -> bool:
        return day.weekday() in self.week and not (self.is_holiday and self.is_holiday(day))
