"""All that a business calendar says, as plain values, and the calendar of the rules that it comes to."""

import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from opsflows.accounts.business_calendar import BusinessCalendar
from opsflows.accounts.public_holidays import public_holidays
from opsflows.rules import Calendar, Hours, Week


class NamedDay(NamedTuple):
    """A day that is closed by hand, or open in spite of a public holiday."""

    day: datetime.date
    name: str
    is_open: bool = False


class CalendarState(NamedTuple):
    """`zone` empty: the account's. `country` and `subdivision` are codes, or empty. `week` has seven entries."""

    name: str
    zone: str
    country: str
    subdivision: str
    week: Week
    own_days: tuple[NamedDay, ...]
    is_default: bool


def state_of(row: BusinessCalendar) -> CalendarState:
    """What `row` says now: two queries."""
    week: list[list[Hours]] = [[] for _ in range(7)]
    for each in row.hours.all():
        week[each.weekday].append(Hours(each.opens, each.closes))
    own_days = tuple(NamedDay(each.day, each.name, each.is_open) for each in row.own_days.all())
    hours = tuple(tuple(day) for day in week)
    return CalendarState(row.name, row.zone, row.country, row.subdivision, hours, own_days, row.is_default)


def calendar_from(state: CalendarState, *, timezone: str) -> Calendar:
    """What `state` comes to, `timezone` being its account's. Nothing is read."""
    own = {each.day: each.is_open for each in state.own_days}
    return Calendar(ZoneInfo(state.zone or timezone), state.week, _holidays(state.country, state.subdivision, own))


def _holidays(country: str, subdivision: str, own: Mapping[datetime.date, bool]) -> Callable[[datetime.date], bool]:
    def is_holiday(day: datetime.date) -> bool:
        is_open = own.get(day)
        if is_open is not None or not country:
            return is_open is False
        return day in public_holidays(country, subdivision, day.year)

    return is_holiday
