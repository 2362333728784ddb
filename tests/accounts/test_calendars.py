"""An account's business calendars: what holds without one, what one says, and how rules learn of a change."""

import datetime
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.calendar_state import NamedDay, state_of
from opsflows.accounts.calendars import account_clock, calendar_of
from opsflows.accounts.change_calendar import StillNeeded, change_calendar, create_calendar, delete_calendar
from opsflows.accounts.closed_days import closed_days
from opsflows.accounts.hours import hours_in_words, parse_hours, week_in_words
from opsflows.accounts.models import BusinessCalendar, BusinessHours, CalendarRevision, OwnDay, PlatformAccount
from opsflows.accounts.public_holidays import countries, public_holidays, subdivisions
from opsflows.audit.models import AuditEntry
from opsflows.rules import USUAL_WEEK, Calendar, Hours, RuleError, resolve_date

pytestmark = pytest.mark.django_db
#: Maundy Thursday, 16:00 in Berlin.
NOW = datetime.datetime(2026, 4, 2, 14, 0, tzinfo=datetime.UTC)
EARLY = (Hours(480, 720), Hours(750, 960))


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug=f"acme-{uuid.uuid4().hex[:8]}", name="Acme", timezone="Europe/Berlin")


@pytest.fixture
def actor(account: PlatformAccount) -> Actor:
    return system_actor(account.pk)


def due(account: PlatformAccount, expression: str) -> str:
    return resolve_date(expression, account_clock(account, now=NOW)).isoformat()


def kept(account: PlatformAccount) -> Calendar:
    revision = CalendarRevision.objects.get(account=account).revision
    return calendar_of(account.pk, revision, account.timezone)


def test_without_a_calendar_the_usual_week_holds(account: PlatformAccount) -> None:
    assert due(account, "next_business_day") == "2026-04-03"
    assert due(account, "+2 business hours") == "2026-04-03T10:00:00+02:00"
    assert due(account, "next_business_hour") == "2026-04-02T16:00:00+02:00"


def test_rules_count_by_the_default(account: PlatformAccount, actor: Actor) -> None:
    create_calendar(actor=actor, now=NOW, country="DE")
    # Good Friday and Easter Monday.
    assert due(account, "next_business_day") == "2026-04-07"
    assert due(account, "+2 business hours") == "2026-04-07T10:00:00+02:00"


def test_a_change_is_seen_at_once_and_what_stands_costs_no_query(
    account: PlatformAccount, actor: Actor, django_assert_num_queries: Any
) -> None:
    row = create_calendar(actor=actor, now=NOW, country="DE")
    revision = CalendarRevision.objects.get().revision
    assert kept(account).next_open(NOW + datetime.timedelta(hours=2)).day == 7
    with django_assert_num_queries(0):
        calendar_of(account.pk, revision, account.timezone)
        calendar_of(uuid.uuid4(), None, "UTC")
    change_calendar(
        actor=actor, calendar=row, now=NOW, own_days=(NamedDay(datetime.date(2026, 4, 3), "Inventory", True),)
    )
    assert kept(account).next_open(NOW + datetime.timedelta(hours=2)).day == 3
    delete_calendar(actor=actor, calendar=row, now=NOW)
    assert kept(account).week == USUAL_WEEK
    assert due(account, "next_business_day") == "2026-04-03"


def test_a_change_that_was_rolled_back_leaves_nothing_behind(account: PlatformAccount, actor: Actor) -> None:
    row = create_calendar(actor=actor, now=NOW)
    with transaction.atomic():
        change_calendar(actor=actor, calendar=row, now=NOW, country="DE")
        assert due(account, "next_business_day") == "2026-04-07"
        transaction.set_rollback(True)
    change_calendar(actor=actor, calendar=row, now=NOW, zone="UTC")
    assert due(account, "next_business_day") == "2026-04-03"


def test_hours_are_read_off_the_calendars_own_zone(account: PlatformAccount, actor: Actor) -> None:
    create_calendar(actor=actor, now=NOW, zone="America/New_York", week=(EARLY,) * 7)
    assert kept(account).zone == ZoneInfo("America/New_York")
    assert due(account, "next_business_hour") == "2026-04-02T16:00:00+02:00"
    # From 10:00 in New York: two hours to lunch, then four after it.
    assert due(account, "+3 business hours") == "2026-04-02T19:30:00+02:00"


def test_a_calendar_is_written_down_whole(actor: Actor) -> None:
    days = (NamedDay(datetime.date(2026, 12, 24), "Closed early"), NamedDay(datetime.date(2026, 10, 3), "Fair"))
    week = (tuple(reversed(EARLY)), *USUAL_WEEK[1:5], (Hours(600, 840),), ())
    row = create_calendar(
        actor=actor, now=NOW, name=" Support  desk ", country="DE", subdivision="BY", week=week, own_days=days
    )
    state = state_of(BusinessCalendar.objects.get())
    assert state == ("Support desk", "", "DE", "BY", (EARLY, *week[1:]), (days[1], days[0]), True)
    change_calendar(actor=actor, calendar=row, now=NOW, week=USUAL_WEEK, own_days=days[:1])
    assert state_of(row)._replace(is_default=True) == state._replace(week=USUAL_WEEK, own_days=days[:1])
    # Another country has other states.
    assert change_calendar(actor=actor, calendar=row, now=NOW, country="US").subdivision == ""


def test_what_was_changed_is_kept(actor: Actor) -> None:
    row = create_calendar(actor=actor, now=NOW)
    change_calendar(actor=actor, calendar=row, now=NOW, week=((Hours(600, 1020),), *USUAL_WEEK[1:]))
    assert change_calendar(actor=actor, calendar=row, now=NOW, name="Office hours") == row
    entries = AuditEntry.objects.order_by("number")
    assert [(each.action, each.detail.get("fields"), each.detail["hours"]) for each in entries] == [
        ("business_calendar.created", None, "Monday to Friday 9:00–17:00"),
        ("business_calendar.changed", ["week"], "Monday 10:00–17:00; Tuesday to Friday 9:00–17:00"),
    ]
    hours: Any = BusinessHours
    kinds = [each.history_type for each in hours.history.order_by("history_id")]
    assert kinds == ["+"] * 5 + ["-", "+"]


def test_one_calendar_is_the_default(account: PlatformAccount, actor: Actor) -> None:
    first = create_calendar(actor=actor, now=NOW, name="Office", is_default=False)
    second = create_calendar(actor=actor, now=NOW, name="Support", country="DE")
    assert (first.is_default, second.is_default) == (True, False)
    assert due(account, "next_business_day") == "2026-04-03"
    with pytest.raises(StillNeeded, match="make another calendar the default"):
        delete_calendar(actor=actor, calendar=first, now=NOW)
    change_calendar(actor=actor, calendar=second, now=NOW, is_default=True)
    assert due(account, "next_business_day") == "2026-04-07"
    # It is not taken away, only given to another.
    assert change_calendar(actor=actor, calendar=second, now=NOW, is_default=False).is_default
    delete_calendar(actor=actor, calendar=first, now=NOW)
    assert list(BusinessCalendar.objects.values_list("name", "is_default")) == [("Support", True)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_at_once_make_one_default(account: PlatformAccount, actor: Actor) -> None:
    together = threading.Barrier(4)

    def make(name: str) -> bool:
        try:
            together.wait(10)
            return create_calendar(actor=actor, now=NOW, name=name).is_default
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, "ABCD")) == [False, False, False, True]


def test_accounts_do_not_share_calendars(account: PlatformAccount, actor: Actor) -> None:
    other = PlatformAccount.objects.create(slug="other", name="Other", timezone="Europe/Berlin")
    create_calendar(actor=system_actor(other.pk), now=NOW, country="DE")
    assert due(account, "next_business_day") == "2026-04-03"
    assert due(other, "next_business_day") == "2026-04-07"


_DAY = datetime.date(2026, 4, 3)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"name": " _ "}, "name", "a name of letters"),
        ({"name": "n" * 101}, "name", "at most 100"),
        ({"name": "office-HOURS"}, "name", "of this name already"),
        ({"zone": "Mars/Olympus"}, "zone", "is not a time zone"),
        ({"country": "XX"}, "country", "from the list"),
        ({"country": "DE", "subdivision": "TX"}, "subdivision", "no such state"),
        ({"subdivision": "BY"}, "subdivision", "no such state"),
        ({"week": USUAL_WEEK[:6]}, "week", "seven days"),
        ({"week": ((),) * 7}, "week", "at least one day"),
        ({"week": ((Hours(600, 540),), *USUAL_WEEK[1:])}, "week", "Monday: 10:00–9:00 closes before"),
        ({"week": ((Hours(540, 1441),), *USUAL_WEEK[1:])}, "week", "closes before"),
        ({"week": ((Hours(540, 720), Hours(700, 800)), *USUAL_WEEK[1:])}, "week", "9:00–12:00 and 11:40–13:20 overlap"),
        ({"week": (tuple(Hours(at, at + 1) for at in range(0, 70, 10)), *USUAL_WEEK[1:])}, "week", "at most 6"),
        ({"own_days": (NamedDay(_DAY, "a"), NamedDay(_DAY, "b"))}, "own_days", "2026-04-03 stands here twice"),
        ({"own_days": (NamedDay(_DAY, " "),)}, "own_days", "say what is on that day"),
        ({"own_days": (NamedDay(_DAY, "n" * 101),)}, "own_days", "at most 100"),
        ({"own_days": (NamedDay(datetime.date(2026, 4, 4), "x", True),)}, "own_days", "a Saturday, which has no hours"),
        (
            {"own_days": tuple(NamedDay(_DAY + datetime.timedelta(days=each), "x") for each in range(367))},
            "own_days",
            "At most 366",
        ),
    ],
)
def test_what_is_wrong_is_said(actor: Actor, fields: dict[str, Any], field: str, message: str) -> None:
    create_calendar(actor=actor, now=NOW)
    row = create_calendar(actor=actor, now=NOW, name="Support")
    before = state_of(row)
    with pytest.raises(ValidationError) as said:
        change_calendar(actor=actor, calendar=row, now=NOW, **fields)  # type: ignore[misc]
    assert list(said.value.message_dict) == [field]
    assert message in said.value.message_dict[field][0]
    assert state_of(BusinessCalendar.objects.get(pk=row.pk)) == before


@pytest.mark.parametrize(
    "values", [{"opens": 600, "closes": 600}, {"opens": 600, "closes": 1441}, {"opens": 0, "closes": 60, "weekday": 7}]
)
def test_the_database_refuses_hours_that_there_are_not(actor: Actor, values: dict[str, int]) -> None:
    row = create_calendar(actor=actor, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessHours.objects.create(calendar=row, **({"weekday": 6} | values))


def test_the_database_holds_one_default_and_each_day_once(account: PlatformAccount, actor: Actor) -> None:
    row = create_calendar(actor=actor, now=NOW, own_days=(NamedDay(_DAY, "Inventory"),))
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessCalendar.objects.create(account=account, name="Second", is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnDay.objects.create(calendar=row, day=_DAY, name="Again")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        (" Closed ", ()),
        ("9-17", (Hours(540, 1020),)),
        ("13:30 – 18:00; 08.15-12", (Hours(495, 720), Hours(810, 1080))),
        ("0:00 to 24:00", (Hours(0, 1440),)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: tuple[Hours, ...]) -> None:
    assert parse_hours(text) == hours
    assert parse_hours(hours_in_words(hours)) == hours


@pytest.mark.parametrize("text", ["9", "nine to five", "9:00-25:00", "9:60-17:00", "9-12,", "24:01-24:02", "9-12-13"])
def test_what_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_hours(text)


def test_a_week_in_words() -> None:
    week = (*USUAL_WEEK[:4], EARLY, EARLY, ())
    assert week_in_words(week) == "Monday to Thursday 9:00–17:00; Friday and Saturday 8:00–12:00, 12:30–16:00"
    assert week_in_words(((),) * 7) == "never open"


def test_public_holidays_are_those_of_the_state() -> None:
    assert public_holidays("DE", "", 2026)[datetime.date(2026, 10, 3)] == "German Unity Day"
    epiphany = datetime.date(2026, 1, 6)
    assert epiphany in public_holidays("DE", "BY", 2026)
    assert epiphany not in public_holidays("DE", "BE", 2026)
    assert subdivisions("DE")["BY"] == "Bayern"
    assert subdivisions("XX") == {}
    assert {"DE": "Germany", "IM": "Isle of Man", "US": "United States"}.items() <= countries().items()
    for place in ("XX", ""), ("DE", "TX"):
        with pytest.raises(RuleError, match="choose again"):
            public_holidays(*place, 2026)


def test_closed_days_are_told_with_their_names(actor: Actor) -> None:
    days = (
        NamedDay(datetime.date(2026, 4, 2), "Outing"),
        NamedDay(datetime.date(2026, 4, 3), "Inventory", is_open=True),
        NamedDay(datetime.date(2026, 4, 5), "A Sunday"),
    )
    row = create_calendar(actor=actor, now=NOW, country="DE", own_days=days)
    found = closed_days(state_of(row), since=NOW.date(), count=3)
    assert [(each.day.day, each.name, each.is_own) for each in found] == [
        (2, "Outing", True),
        (6, "Easter Monday", False),
        (1, "Labor Day", False),
    ]


def test_who_names_no_country_pays_for_none() -> None:
    code = (
        "import django, sys, uuid; django.setup(); import opsflows.urls, opsflows.runs.start\n"
        "from opsflows.accounts.calendars import calendar_of\n"
        "calendar_of(uuid.uuid4(), None, 'UTC')\n"
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
