"""The pages of business calendars: what holds without one, the form with its preview, and whose clock they show."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from opsflows.accounts.calendar_state import state_of
from opsflows.accounts.change_calendar import create_calendar
from opsflows.accounts.models import BusinessCalendar
from opsflows.rules import USUAL_WEEK, Hours
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, admin, alpha, live_server, opened, overhang, viewer, visit
from tests.admin.world import World

__all__ = ["_served", "admin", "alpha", "live_server", "opened", "viewer", "visit"]
pytestmark = pytest.mark.django_db
#: Good Friday, 11:00 in Berlin.
NOW = datetime.datetime(2026, 4, 3, 9, 0, tzinfo=datetime.UTC)
PREVIEW = "/admin/accounts/businesscalendar/preview/"


def typed(**fields: Any) -> dict[str, Any]:
    """What a browser sends: the usual week, unless told otherwise."""
    hours = ["9:00-17:00"] * 5 + ["", "closed"]
    week = {f"week-{weekday}": text for weekday, text in enumerate(fields.pop("week", hours))}
    days = fields.pop("days", [])
    columns = {f"own_days-{name}": [day[at] for day in days] for at, name in enumerate(("day", "name", "is"))}
    return {"name": "Office", "zone": "", "country": "", "subdivision": "", **week, **columns, **fields}


def test_without_a_calendar_the_list_says_what_holds(viewer: Client) -> None:
    html = viewer.get(listing(BusinessCalendar)).content.decode()
    assert "Monday to Friday, 9:00 to 17:00, without holidays" in html
    assert "Create the first" not in html


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (((Hours(0, 360), Hours(540, 1440)),) * 7, "closes Sat 4 Apr, 06:00"),
        (((Hours(0, 1440),),) * 7, "round the clock"),
        (USUAL_WEEK, "closes Fri 3 Apr, 17:00"),
    ],
)
def test_a_night_goes_on_after_midnight(viewer: Client, alpha: World, week: Any, said: str) -> None:
    create_calendar(actor=alpha.actor, name="Shifts", zone="Europe/Berlin", week=week, now=NOW)
    with time_machine.travel(NOW, tick=False):
        html = viewer.get(listing(BusinessCalendar)).content.decode()
    assert said in " ".join(re.sub(r"<[^>]*>", "", html).split())


def test_a_calendar_is_set_up(admin: Client, alpha: World) -> None:
    html = admin.get(adding(BusinessCalendar)).content.decode()
    assert html.count('value="9:00–17:00"') == 5
    days = [("2026-12-24", "Christmas Eve", "closed"), ("2026-10-01", "Fair", "open"), ("", "", "closed")]
    week = ["8-12, 13-17.30", *["9:00–17:00"] * 4, "", "closed"]
    answer = admin.post(adding(BusinessCalendar), typed(country="DE", subdivision="BY", week=week, days=days))
    row = BusinessCalendar.objects.get()
    assert answer["Location"] == page(row)
    state = state_of(row)
    assert (state.country, state.subdivision, state.is_default) == ("DE", "BY", True)
    assert state.week == ((Hours(480, 720), Hours(780, 1050)), *USUAL_WEEK[1:])
    assert [(str(each.day), each.name, each.is_open) for each in state.own_days] == [
        ("2026-10-01", "Fair", True),
        ("2026-12-24", "Christmas Eve", False),
    ]
    # What the form shows is what it takes.
    form = admin.get(act(row, "edit")).context["form"]
    same = typed(week=form["week"].initial, days=form["own_days"].initial, country="DE", subdivision="BY")
    assert admin.post(act(row, "edit"), same).status_code == 302
    assert state_of(BusinessCalendar.objects.get()) == state._replace(name="Office")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"week": ["nine", *[""] * 6]}, "Monday: “nine” is not understood"),
        ({"week": ["17-9", "9-17", *[""] * 5]}, "Monday: 17:00–9:00 closes before it opens"),
        ({"week": [""] * 7}, "Give at least one day its hours"),
        ({"country": "DE", "subdivision": "TX"}, "Choose a state or region of the country"),
        ({"days": [("soon", "Outing", "closed")]}, "“Outing” needs a date"),
        ({"days": [("2026-12-24", "", "closed")]}, "2026-12-24: say what is on that day"),
    ],
)
def test_a_mistake_is_said_beside_the_field(admin: Client, fields: dict[str, Any], message: str) -> None:
    answer = admin.post(adding(BusinessCalendar), typed(**fields))
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert not BusinessCalendar.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_the_page_tells_how_it_stands_on_the_readers_clock(viewer: Client, alpha: World) -> None:
    office = create_calendar(actor=alpha.actor, now=NOW, country="DE")
    html = viewer.get(page(office)).content.decode()
    assert "Opens Tue 7 Apr, 09:00 CEST" in html
    assert "<strong>Fri 3 Apr 2026</strong> Good Friday" in html
    assert "Germany" in html
    assert "make-default" not in html
    tokyo = create_calendar(
        actor=alpha.actor, now=NOW, name="Tokyo", zone="Asia/Tokyo", week=((Hours(600, 1200),),) * 7
    )
    assert "Closes Fri 3 Apr, 13:00 CEST" in (html := viewer.get(page(tokyo)).content.decode())
    assert "Fri 20:00 there" in html
    html = viewer.get(listing(BusinessCalendar)).content.decode()
    assert "opens Tue 7 Apr, 09:00" in html
    assert "Monday to Sunday 10:00–20:00" in html


@time_machine.travel(NOW, tick=False)
def test_the_preview_says_what_a_form_comes_to(admin: Client, viewer: Client) -> None:
    html = admin.post(PREVIEW, typed(country="DE", subdivision="TX")).content.decode()
    assert "opens Tue 7 Apr, 09:00" in html
    assert '<option value="BY">Bayern</option>' in html
    html = admin.post(PREVIEW, typed(week=["nine", *[""] * 6], country="XX")).content.decode()
    assert "“nine” is not understood" in html
    assert "No day is closed besides." in admin.post(PREVIEW, typed()).content.decode()
    never = admin.post(PREVIEW, typed(week=[""] * 7)).content.decode()
    assert "is never open within a year" in never
    assert viewer.post(PREVIEW, typed()).status_code == 403
    assert admin.get(PREVIEW).status_code == 405
    assert not BusinessCalendar.objects.exists()


def test_another_calendar_becomes_the_default_before_one_goes(admin: Client, alpha: World) -> None:
    first = create_calendar(actor=alpha.actor, now=NOW)
    second = create_calendar(actor=alpha.actor, now=NOW, name="Support")
    refused = admin.post(act(first, "delete"), follow=True).content.decode()
    assert "make another calendar the default first" in refused
    admin.post(act(second, "make-default"))
    admin.post(act(first, "delete"))
    assert [row.name for row in BusinessCalendar.objects.filter(is_default=True)] == ["Support"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_form_shows_what_it_comes_to_while_it_is_filled_in(visit: Any, opened: Any) -> None:
    shown = visit(adding(BusinessCalendar))
    assert not shown.get_by_label("State or region").is_visible()
    shown.get_by_label("Public holidays of").select_option("DE")
    shown.get_by_label("State or region").select_option("BY")
    shown.get_by_text("Epiphany").wait_for()
    shown.get_by_role("button", name="Another one").click()
    shown.get_by_label("Saturday").fill("10-14")
    assert overhang(shown) == 0
    opened.set_viewport_size({"width": 390, "height": 844})
    assert overhang(shown) == 0
    shown.get_by_role("button", name="Create").click()
    shown.get_by_text("Rules count by it now.").wait_for()
    assert shown.get_by_text("10:00–14:00", exact=True).is_visible()
    assert overhang(shown) == 0
    assert BusinessCalendar.objects.get().subdivision == "BY"
