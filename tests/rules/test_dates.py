"""Relative dates and durations."""

import contextlib
import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.rules import Calendar, Clock, Hours, RuleError, after_duration, parse_duration, resolve_date
from tests.rules.values import CLOCK

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("today", "2026-03-20"),
        ("Tomorrow", "2026-03-21"),
        ("yesterday", "2026-03-19"),
        ("+1 day", "2026-03-21"),
        ("+7 days", "2026-03-27"),
        ("+30 days", "2026-04-19"),
        ("-1 day", "2026-03-19"),
        (" + 2 weeks ", "2026-04-03"),
        ("+1 month", "2026-04-20"),
        ("+1 quarter", "2026-06-20"),
        ("-1 year", "2025-03-20"),
        ("end_of_month", "2026-03-31"),
        ("end_of_quarter", "2026-03-31"),
        ("next_business_day", "2026-03-23"),
        ("+2 business days", "2026-03-24"),
        ("-1 business day", "2026-03-19"),
        ("next_business_hour", "2026-03-20T14:05:00+01:00"),
        ("+4 business hours", "2026-03-23T10:05:00+01:00"),
        ("+30 Business  Minutes", "2026-03-20T14:35:00+01:00"),
        ("-6 business hours", "2026-03-19T16:05:00+01:00"),
        ("today +1 business hour", "2026-03-20T10:00:00+01:00"),
        ("next_business_day +2 business hours", "2026-03-23T11:00:00+01:00"),
        ("now +2 business days", "2026-03-24T14:05:00+01:00"),
        ("end_of_month +3 days", "2026-04-03"),
        ("2026-01-31 +1 month", "2026-02-28"),
        ("2026-05-01", "2026-05-01"),
        ("now", "2026-03-20T14:05:00+01:00"),
        ("2026-07-01T10:00", "2026-07-01T10:00:00+02:00"),
        ("2026-07-01T10:00:00Z -1 day", "2026-06-30T10:00:00+00:00"),
        ("+90 minutes", "2026-03-20T15:35:00+01:00"),
        ("2026-03-29T01:30 +1 hour", "2026-03-29T03:30:00+02:00"),
    ],
)
def test_resolve(clock: Clock, expression: str, expected: str) -> None:
    assert resolve_date(expression, clock).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "end"), [("2026-01-01", "2026-03-31"), ("2026-06-30", "2026-06-30"), ("2026-11-02", "2026-12-31")]
)
def test_quarters_end(day: str, end: str) -> None:
    noon = datetime.datetime.fromisoformat(f"{day}T12:00+00:00")
    assert resolve_date("end_of_quarter", Clock(noon, BERLIN)).isoformat() == end


def test_today_is_the_accounts_day() -> None:
    late = datetime.datetime(2026, 3, 20, 23, 30, tzinfo=datetime.UTC)
    assert resolve_date("today", Clock(late, BERLIN)) == datetime.date(2026, 3, 21)
    assert resolve_date("today", Clock(late, ZoneInfo("America/New_York"))) == datetime.date(2026, 3, 20)


def test_holidays_and_weeks_are_the_accounts() -> None:
    hours = (Hours(600, 960),)
    week = (hours, (), (), (), (), (), hours)
    calendar = Calendar(BERLIN, week, is_holiday=lambda day: day == datetime.date(2026, 3, 22))
    clock = Clock(CLOCK.now, BERLIN, calendar)
    assert resolve_date("next_business_day", clock) == datetime.date(2026, 3, 23)
    assert resolve_date("next_business_hour", clock).isoformat() == "2026-03-23T10:00:00+01:00"
    assert resolve_date("+7 business hours", clock).isoformat() == "2026-03-29T11:00:00+02:00"
    never = Clock(CLOCK.now, BERLIN, Calendar(BERLIN, is_holiday=lambda day: True))
    with pytest.raises(RuleError, match="no working day"):
        resolve_date("next_business_day", never)


def test_a_calendar_may_lie_in_another_zone() -> None:
    """The office keeps New York's hours; what the rule gets is on the account's own clock."""
    clock = Clock(CLOCK.now, BERLIN, Calendar(ZoneInfo("America/New_York")))
    assert resolve_date("next_business_hour", clock).isoformat() == "2026-03-20T14:05:00+01:00"
    assert resolve_date("+8 business hours", clock).isoformat() == "2026-03-23T14:05:00+01:00"
    assert resolve_date("now +1 business day", clock).isoformat() == "2026-03-23T14:05:00+01:00"


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "7 days",
        "+7",
        "+seven days",
        "+7 fortnights",
        "tomorow",
        "2026-02-30",
        "2026-13-01T00:00",
        "+999999 years",
        "-999999 days",
        "today +7 days +1 day",
        "+1 day x",
        "x +1 day",
        "+999999 business days",
        "+999999 business hours",
        "+3 business weeks",
        "+1 dayss",
        "a" * 10000,
    ],
)
def test_anything_else_is_refused(clock: Clock, expression: str) -> None:
    with pytest.raises(RuleError):
        resolve_date(expression, clock)


def test_a_misspelling_is_recognised(clock: Clock) -> None:
    with pytest.raises(RuleError, match="did you mean tomorrow"):
        resolve_date("tomorow", clock)


@given(st.text("+-0123456789 daysmonthT:Z_", max_size=20))
def test_no_text_makes_any_other_error(text: str) -> None:
    for read in (resolve_date, after_duration):
        with contextlib.suppress(RuleError):
            read(text, CLOCK)


@given(st.integers(0, 3000), st.sampled_from(["day", "week", "month"]))
def test_forth_is_later_and_back_is_earlier(count: int, unit: str) -> None:
    assert (
        resolve_date(f"-{count} {unit}s", CLOCK)
        <= resolve_date("today", CLOCK)
        <= resolve_date(f"+{count} {unit}", CLOCK)
    )


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2 days", 48),
        ("48 hours", 48),
        ("30 minutes", 0.5),
        ("1 Week", 168),
        ("1 day 12 hours", 36),
        ("1 day, and 1.5 hours", 25.5),
        ("0 minutes", 0),
        ("90 seconds", 0.025),
    ],
)
def test_durations(text: str, hours: float) -> None:
    assert parse_duration(text) == datetime.timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["", "2", "days", "2d", "two days", "-1 day", "1 month", "2 days!", "99999 days", "1 day" * 50]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(RuleError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2 days", "2026-03-22T13:05:00+00:00"),
        ("4 business hours", "2026-03-23T10:05:00+01:00"),
        ("1.5 Business Hours", "2026-03-20T15:35:00+01:00"),
        ("90 business minutes", "2026-03-20T15:35:00+01:00"),
        ("2 business days", "2026-03-24T14:05:00+01:00"),
    ],
)
def test_a_duration_passes_in_business_time(clock: Clock, text: str, end: str) -> None:
    assert after_duration(text, clock).isoformat() == end


@pytest.mark.parametrize("text", ["1.5 business days", "-1 business day", "2 business weeks", "business hours"])
def test_what_is_no_business_time(clock: Clock, text: str) -> None:
    with pytest.raises(RuleError, match="business"):
        after_duration(text, clock)


def test_a_clock_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        Clock(datetime.datetime(2026, 3, 20), BERLIN)  # noqa: DTZ001
