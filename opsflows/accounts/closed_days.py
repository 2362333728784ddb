"""On which days a calendar is closed that would be open by its hours, and why."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from opsflows.accounts.calendar_state import CalendarState, NamedDay
from opsflows.accounts.public_holidays import public_holidays


class ClosedDay(NamedTuple):
    """A day and what it is; `is_own` where the account said so by hand."""

    day: datetime.date
    name: str
    is_own: bool


def closed_days(state: CalendarState, *, since: datetime.date, count: int) -> list[ClosedDay]:
    """The next of them from `since` on, within two years; `count` at most.

    Raises:
        RuleError: the country's public holidays are not known any more.
    """
    by_hand = {each.day: each for each in state.own_days}
    found = sorted(each for each in _all(state, by_hand, since) if each.day >= since and state.week[each.day.weekday()])
    return found[:count]


def _all(state: CalendarState, by_hand: dict[datetime.date, NamedDay], since: datetime.date) -> Iterator[ClosedDay]:
    for day, own in by_hand.items():
        if not own.is_open:
            yield ClosedDay(day, own.name, is_own=True)
    for year in (since.year, since.year + 1) if state.country else ():
        for day, name in public_holidays(state.country, state.subdivision, year).items():
            if day not in by_hand:
                yield ClosedDay(day, name, is_own=False)
