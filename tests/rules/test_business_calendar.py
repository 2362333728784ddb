"""The business clock: open and closed, counting in open time, and nights with a clock change."""

import datetime
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opsflows.rules import Calendar, Hours, RuleError, Week

BERLIN = ZoneInfo("Europe/Berlin")
USUAL = Calendar(BERLIN)
MINUTE = timedelta(minutes=1)
#: Clock changes at night, at midnight, a minute after it, of half an hour, and of a whole day.
ZONES = ["UTC", "Europe/Berlin", "America/Havana", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


def week(*days: list[tuple[int, int]]) -> Week:
    """Hours of Monday to Sunday, from whole hour to whole hour; the last one given counts for the rest."""
    made = [tuple(Hours(60 * opens, 60 * closes) for opens, closes in day) for day in days]
    return tuple(made + made[-1:] * (7 - len(made)))


ALWAYS = week([(0, 24)])


def hours_of_a_day() -> st.SearchStrategy[tuple[Hours, ...]]:
    cuts = st.lists(st.integers(0, 1440), unique=True, max_size=4).map(sorted)
    return cuts.map(lambda at: tuple(Hours(*pair) for pair in zip(at[::2], at[1::2], strict=False)))


def open_minutes(days: list[tuple[Hours, ...]]) -> int:
    return sum(each.closes - each.opens for day in days for each in day)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    # Two hours a week at least, so that no count takes years.
    days = draw(st.lists(hours_of_a_day(), min_size=7, max_size=7).filter(lambda days: open_minutes(days) >= 120))
    # Every so many days, so that what is left open never lies far.
    closed = draw(st.sampled_from([0, 3, 5]))
    is_holiday: Callable[[datetime.date], bool] = lambda day: bool(closed) and day.toordinal() % closed == 0  # noqa: E731
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), tuple(days), is_holiday)


#: 2011 has all of the clock changes of `ZONES`; many draws lie close to one.
_CHANGES = [(2011, 3, 13), (2011, 3, 27), (2011, 4, 3), (2011, 10, 30), (2011, 11, 6), (2011, 11, 13), (2011, 12, 30)]
moments = st.builds(
    lambda day, minutes: datetime.datetime(*day, tzinfo=datetime.UTC) + minutes * MINUTE,
    st.sampled_from(_CHANGES),
    st.integers(-4 * 1440, 4 * 1440),
)
lengths = st.integers(-3000, 3000).map(lambda minutes: minutes * MINUTE)


@given(calendars(), moments, lengths)
def test_time_that_was_added_lies_between(calendar: Calendar, start: datetime.datetime, length: timedelta) -> None:
    end = calendar.add_business_time(start, length)
    assert calendar.business_time_between(start, end) == length
    assert calendar.business_time_between(end, start) == -length
    if length:
        # The first such moment: a little nearer there is less.
        nearer = end - MINUTE if length > timedelta(0) else end + MINUTE
        assert abs(calendar.business_time_between(start, nearer)) < abs(length)


@given(calendars(), moments, lengths, st.integers(0, 3000), st.integers(0, 3000))
def test_later_and_longer_never_ends_earlier(
    calendar: Calendar, start: datetime.datetime, length: timedelta, later: int, longer: int
) -> None:
    end = calendar.add_business_time(start, length)
    # From no length on, it goes to the next opening rather than back to the last closing.
    assume(length or not later)
    assert calendar.add_business_time(start + later * MINUTE, length) >= end
    assert calendar.add_business_time(start, length + longer * MINUTE) >= end
    assert calendar.next_open(start + later * MINUTE) >= calendar.next_open(start)


@settings(max_examples=40)
@given(calendars(), moments)
def test_the_next_opening_is_the_first_open_minute(calendar: Calendar, start: datetime.datetime) -> None:
    opening = calendar.next_open(start)
    assert opening >= start
    assert calendar.is_open(opening)
    assume(opening - start < timedelta(days=2))
    before = start
    while before < opening:
        assert not calendar.is_open(before)
        before += MINUTE


@given(calendars(), moments)
def test_open_is_what_the_wall_clock_says(calendar: Calendar, moment: datetime.datetime) -> None:
    local = moment.astimezone(calendar.zone)
    # On the days around a change, the wall clock alone doesn't tell.
    assume(len({(local + timedelta(days=away)).utcoffset() for away in (-2, -1, 0, 1, 2)}) == 1)
    minute = local.hour * 60 + local.minute
    hours = calendar.week[local.weekday()]
    said = any(each.opens <= minute < each.closes for each in hours) and not calendar.is_holiday(local.date())
    assert calendar.is_open(moment) == said
    closing = calendar.closes_at(moment)
    assert (closing is not None) == said
    assert closing is None or closing > moment


@given(calendars(), moments, lengths)
def test_what_is_open_adds_up(calendar: Calendar, start: datetime.datetime, length: timedelta) -> None:
    middle, end = start + abs(length) / 2, start + abs(length)
    parts = calendar.business_time_between(start, middle), calendar.business_time_between(middle, end)
    assert sum(parts, timedelta(0)) == calendar.business_time_between(start, end) <= end - start


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-20T14:00", 2, "2026-03-20T16:00"),
        ("2026-03-20T14:00", 4, "2026-03-23T10:00"),
        ("2026-03-20T09:00", 8, "2026-03-20T17:00"),
        ("2026-03-20T18:00", 1, "2026-03-23T10:00"),
        ("2026-03-21T12:00", 0, "2026-03-21T12:00"),
        ("2026-03-20T14:00", -6, "2026-03-19T16:00"),
        ("2026-03-23T09:00", -1, "2026-03-20T16:00"),
        # Over the night in which an hour is missing.
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),
    ],
)
def test_business_hours(start: str, hours: int, end: str) -> None:
    assert USUAL.add_business_time(at(start), timedelta(hours=hours)) == at(end)


def test_lunch_is_closed_and_a_closing_is_not_open() -> None:
    calendar = Calendar(BERLIN, week([(9, 12), (13, 17)], []))
    monday = "2026-03-23"
    assert [calendar.is_open(at(f"{monday}T{time}")) for time in ("08:59", "09:00", "12:00", "13:00", "17:00")] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert calendar.closes_at(at(f"{monday}T10:00")) == at(f"{monday}T12:00")
    assert calendar.next_open(at(f"{monday}T12:30")) == at(f"{monday}T13:00")
    assert calendar.next_open(at(f"{monday}T17:00")) == at("2026-03-30T09:00")
    assert calendar.business_time_between(at(f"{monday}T11:00"), at(f"{monday}T14:00")) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 7), ("2026-03-30", 8), ("2026-10-25", 9)], ids=["short", "usual", "long"]
)
def test_a_night_shift_is_as_long_as_the_night(day: str, hours: int) -> None:
    night = Calendar(BERLIN, week([(0, 8)]))
    opening = at(f"{day}T00:00")
    assert night.closes_at(opening) == at(f"{day}T08:00")
    assert night.business_time_between(opening, opening + timedelta(days=1)) == timedelta(hours=hours)
    assert night.add_business_time(opening, timedelta(hours=hours)) == at(f"{day}T08:00")


def test_an_opening_that_the_clocks_leave_out_is_the_change_itself() -> None:
    half_past_two = Calendar(BERLIN, (*[()] * 6, (Hours(150, 240),)))
    assert half_past_two.next_open(at("2026-03-29T00:00")).isoformat() == "2026-03-29T03:00:00+02:00"
    # Of one that comes twice, the first.
    assert half_past_two.next_open(at("2026-10-25T00:00")).isoformat() == "2026-10-25T02:30:00+02:00"
    # One that lies in the missing hour alone does not come at all that day.
    missing = Calendar(BERLIN, (*[()] * 6, (Hours(120, 180),)))
    assert missing.next_open(at("2026-03-29T00:00")) == at("2026-04-05T02:00")


def test_midnight_that_the_clocks_leave_out() -> None:
    havana = ZoneInfo("America/Havana")
    calendar = Calendar(havana, ALWAYS)
    day = datetime.datetime(2011, 3, 19, 12, tzinfo=havana)
    assert calendar.business_time_between(day, day + timedelta(days=2)) == timedelta(hours=47)
    assert calendar.is_open(datetime.datetime(2011, 3, 20, 5, 0, tzinfo=datetime.UTC))


def test_a_day_that_a_country_left_out() -> None:
    """Samoa went from 29 December 2011 to the 31st."""
    apia = ZoneInfo("Pacific/Apia")
    calendar = Calendar(apia, week([(9, 17)]))
    thursday = datetime.datetime(2011, 12, 29, 16, tzinfo=apia)
    assert calendar.add_business_time(thursday, timedelta(hours=2)) == at("2011-12-31T10:00", apia)


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [("2026-03-20", 1, "2026-03-23"), ("2026-03-21", 1, "2026-03-23"), ("2026-03-23", -1, "2026-03-20")],
)
def test_business_days(day: str, count: int, end: str) -> None:
    assert USUAL.add_business_days(datetime.date.fromisoformat(day), count).isoformat() == end


def test_business_days_of_a_moment_keep_its_time_on_the_wall_clock() -> None:
    friday = at("2026-03-27T15:00").astimezone(datetime.UTC)
    assert USUAL.add_business_days(friday, 1) == at("2026-03-30T15:00")
    # Whose day it is, the calendar's own zone says: in Berlin it is Saturday already.
    assert USUAL.add_business_days(at("2026-03-27T23:30", ZoneInfo("UTC")), 1).date() == datetime.date(2026, 3, 30)
    # A time that there isn't becomes the one it would have been.
    sundays = Calendar(BERLIN, week([], [], [], [], [], [], [(0, 24)]))
    assert sundays.add_business_days(at("2026-03-28T02:30"), 1).isoformat() == "2026-03-29T03:30:00+02:00"


def test_holidays_count_for_hours_and_days() -> None:
    friday, monday = datetime.date(2026, 4, 3), datetime.date(2026, 4, 6)
    easter = Calendar(BERLIN, is_holiday=lambda day: day in (friday, monday))
    assert easter.next_open(at("2026-04-02T18:00")) == at("2026-04-07T09:00")
    assert easter.add_business_days(datetime.date(2026, 4, 2), 1) == datetime.date(2026, 4, 7)
    assert not easter.is_business_day(at("2026-04-03T12:00"))
    assert easter.business_time_between(at("2026-04-02T16:00"), at("2026-04-07T10:00")) == timedelta(hours=2)


def test_a_business_that_never_opens_is_told() -> None:
    noon = at("2026-03-20T12:00")
    for calendar in (Calendar(BERLIN, week([])), Calendar(BERLIN, is_holiday=lambda day: True)):
        assert not calendar.is_open(noon)
        assert calendar.business_time_between(noon, noon + timedelta(days=400)) == timedelta(0)
        for ask in (calendar.next_open, lambda at: calendar.add_business_time(at, MINUTE)):  # noqa: B023
            with pytest.raises(RuleError, match="check its hours and holidays"):
                ask(noon)
        with pytest.raises(RuleError, match="no working day within a year"):
            calendar.add_business_days(noon, 1)


def test_counting_ends_after_ten_years() -> None:
    noon = at("2026-03-20T12:00")
    with pytest.raises(RuleError, match="more than ten years"):
        USUAL.add_business_time(noon, timedelta(hours=50_000))
    with pytest.raises(RuleError, match="at most ten years"):
        USUAL.business_time_between(noon, noon + timedelta(days=4000))
    with pytest.raises(RuleError, match="At most 1000"):
        USUAL.add_business_days(noon, 1001)
