"""Cron text: what is taken, what is refused and why, and which times it names."""
# ruff: noqa: DTZ001  (wall clocks have no zone)

import calendar
from datetime import datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.schedules.cron import CronError, checked_cron, named_times

START = datetime(2027, 11, 1)


def times(cron: str, count: int, after: datetime = START) -> list[str]:
    return [f"{time:%a %Y-%m-%d %H:%M}" for time in islice(named_times(checked_cron(cron), after=after), count)]


@pytest.mark.parametrize(
    ("cron", "named"),
    [
        ("0  7 *\t* *", ["Mon 2027-11-01 07:00", "Tue 2027-11-02 07:00"]),
        ("30 9 * * MON-fri", ["Mon 2027-11-01 09:30", "Tue 2027-11-02 09:30"]),
        ("0 0 L * *", ["Tue 2027-11-30 00:00", "Fri 2027-12-31 00:00"]),
        ("0 0 1,L * *", ["Tue 2027-11-30 00:00", "Wed 2027-12-01 00:00"]),
        ("0 8 * * fri#1", ["Fri 2027-11-05 08:00", "Fri 2027-12-03 08:00"]),
        ("0 8 * * L5", ["Fri 2027-11-26 08:00", "Fri 2027-12-31 08:00"]),
        ("0 8 * * sat-sun", ["Sat 2027-11-06 08:00", "Sun 2027-11-07 08:00"]),
        ("0 8 * * 5-7", ["Fri 2027-11-05 08:00", "Sat 2027-11-06 08:00", "Sun 2027-11-07 08:00"]),
        ("0 0 31 * *", ["Fri 2027-12-31 00:00", "Mon 2028-01-31 00:00", "Fri 2028-03-31 00:00"]),
        ("0 0 29 2 *", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]),
        # Both restricted: either will do, as cron has it.
        ("0 0 3 * sun", ["Wed 2027-11-03 00:00", "Sun 2027-11-07 00:00"]),
        ("50/5 0 * * *", ["Mon 2027-11-01 00:50", "Mon 2027-11-01 00:55", "Tue 2027-11-02 00:50"]),
    ],
)
def test_what_is_named(cron: str, named: list[str]) -> None:
    assert times(cron, len(named)) == named


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "five fields"),
        ("@daily", "five fields"),
        ("0 7 * *", "five fields"),
        ("0 0 7 * * *", "five fields"),
        ("60 7 * * *", "Minute: “60” does not lie between 0 and 59"),
        ("0 24 * * *", "Hour: “24”"),
        ("0 0 0 * *", "Day of the month: “0”"),
        ("0 0 * 13 *", "Month: “13”"),
        ("0 0 * * 8", "Weekday: “8”"),
        ("0 0 * * fri#6", "Weekday: “fri#6”"),
        ("0 0 * * xyz#1", "Weekday: “xyz” is no weekday"),
        ("0 0 * * may", "Weekday: “may”"),
        ("*/90 * * * *", "Minute: “/90” is no step from 1 to 59"),
        ("*/0 * * * *", "Minute: “/0”"),
        ("0 22-6 * * *", "Hour: the range “22-6” does not rise"),
        ("0 5-5 * * *", "Hour: the range “5-5” does not rise"),
        ("h * * * *", "Minute: “h”"),
        ("00005 * * * *", "Minute: “00005”"),
        ("r(0-9) * * * *", "Minute: “r(0-9)” cannot be read"),
        ("0 0 ? * *", "Day of the month: “?” cannot be read"),
        ("0 0 15w * *", "Day of the month"),
        ("1,,2 * * * *", "Minute: “” cannot be read"),
        ("٣ * * * *", "Minute: “٣” cannot be read"),
        ("0 0 30 2 *", "names no time that ever comes"),
        ("0 0 31 4,6 *", "names no time that ever comes"),
        ("0 0 1 * fri#1", "Weekday: with # or L it stands alone"),
        ("0 " * 60, "at most 100 characters"),
    ],
)
def test_what_is_refused(cron: str, said: str) -> None:
    with pytest.raises(CronError) as refused:
        checked_cron(cron)
    assert said in str(refused.value)


@given(st.text(alphabet="0123456789*/,-#?LWHRlwhr abcdefjmnopstuvy\t", max_size=40))
def test_nothing_but_a_cron_error_comes_of_any_text(text: str) -> None:
    try:
        cron = checked_cron(text)
    except CronError:
        return
    assert checked_cron(cron) == cron
    assert next(named_times(cron, after=START), None) is not None


def subset(low: int, high: int, most: int) -> st.SearchStrategy[frozenset[int] | None]:
    """Some values of a field; None: all of them."""
    return st.none() | st.frozensets(st.integers(low, high), min_size=1, max_size=most)


@given(
    minutes=subset(0, 59, 3),
    hours=subset(0, 23, 3),
    days=subset(1, 31, 3),
    months=subset(1, 12, 4),
    weekdays=subset(0, 6, 2),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)),
)
def test_the_next_time_is_the_first_that_matches(
    minutes: frozenset[int] | None,
    hours: frozenset[int] | None,
    days: frozenset[int] | None,
    months: frozenset[int] | None,
    weekdays: frozenset[int] | None,
    start: datetime,
) -> None:
    """Against a walk through the calendar, day by day."""
    fields = [minutes, hours, days, months, weekdays]
    written = " ".join("*" if field is None else ",".join(map(str, sorted(field))) for field in fields)
    try:
        cron = checked_cron(written)
    except CronError:
        # The field of days alone decides that, for the weekday may do instead.
        assert days is not None
        assert months is not None
        assert min(days) > max(calendar.monthrange(2024, month)[1] for month in months)
        return

    def is_right(day: datetime) -> bool:
        by_date, by_week = days is None or day.day in days, weekdays is None or day.isoweekday() % 7 in weekdays
        both = days is not None and weekdays is not None
        return (months is None or day.month in months) and ((by_date or by_week) if both else (by_date and by_week))

    def first() -> datetime:
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            if is_right(day):
                for hour in sorted(hours or range(24)):
                    for minute in sorted(minutes or range(60)):
                        found = day.replace(hour=hour, minute=minute)
                        if found > start:
                            return found
            day += timedelta(days=1)

    assert next(named_times(cron, after=start)) == first()
