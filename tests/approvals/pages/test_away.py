"""Absences: who stands in, from when until when, as whoever is concerned says it and sees it."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from opsflows.approvals.models import Delegation
from tests.approvals.office import Office

Desk = Callable[[str], Client]


def moments(start: int, end: int) -> dict[str, str]:
    """So many hours from now, as the browser's field for a moment writes them."""
    now, hours = timezone.now(), {"starts_at": start, "ends_at": end}
    return {name: f"{now + timedelta(hours=each):%Y-%m-%dT%H:%M}" for name, each in hours.items()}


def test_somebody_stands_in_and_what_waits_goes_over(office: Office, at_desk: Desk) -> None:
    request = office.ask({"approvers": ["max.acme"]}, title="Standing desk")
    data = {"stand_in": str(office.people["cleo"].pk), **moments(-1, 48), "reason": "Holiday"}
    assert at_desk("max").post("/inbox/away/", data).status_code == 302
    assert office.waiting(request) == {"cleo"}
    assert "for Max" in at_desk("cleo").get("/inbox/").content.decode()
    mine, theirs = (at_desk(name).get("/inbox/away/").content.decode() for name in ("max", "cleo"))
    assert "stands in for you" in mine
    assert "is away: Holiday" in theirs
    assert "Standing desk" in at_desk("max").get("/inbox/team/").content.decode()
    row = Delegation.objects.get()
    assert at_desk("max").post(f"/inbox/away/{row.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.revoked_at is not None
    states = row.history.order_by("history_id").values_list("history_user_id", "history_door")
    assert set(states) == {(office.people["max"].pk, "page")}
    assert "End it now" not in at_desk("max").get("/inbox/away/").content.decode()


def test_what_is_wrong_stands_at_its_field_and_is_kept(office: Office, at_desk: Desk) -> None:
    data = {"stand_in": str(office.people["cleo"].pk), **moments(48, 24), "reason": "Holiday"}
    shown = at_desk("max").post("/inbox/away/", data)
    assert shown.status_code == 400
    for said in ("Has to be later than the start.", data["starts_at"], data["ends_at"], "Holiday", "1 field needs"):
        assert said in shown.content.decode(), said
    assert at_desk("max").post("/inbox/away/", {}).status_code == 400
    assert not Delegation.objects.exists()


def test_moments_are_meant_in_the_zone_of_the_account(office: Office, at_desk: Desk) -> None:
    type(office.account).objects.update(timezone="Asia/Tokyo")
    data = {"stand_in": str(office.people["cleo"].pk), "starts_at": "2999-01-01T09:00", "ends_at": "2999-01-02T09:00"}
    at_desk("max").post("/inbox/away/", data)
    assert Delegation.objects.get().starts_at.isoformat() == "2999-01-01T00:00:00+00:00"
    shown = at_desk("max").get("/inbox/away/").content.decode()
    assert "1 Jan 2999, 09:00" in shown
    assert "Asia/Tokyo" in shown


def test_only_who_may_manage_requests_speaks_for_others(office: Office, at_desk: Desk) -> None:
    data = {"stand_in": str(office.people["fay"].pk), **moments(1, 48), "person": str(office.people["cleo"].pk)}
    at_desk("max").post("/inbox/away/", data)
    assert Delegation.objects.get().person == office.people["max"]
    assert at_desk("root").post("/inbox/away/", data).status_code == 302
    row = Delegation.objects.get(person=office.people["cleo"])
    assert "stands in for Cleo" in at_desk("root").get("/inbox/away/").content.decode()
    assert at_desk("bob").post(f"/inbox/away/{row.pk}/end/").status_code == 403
    assert at_desk("bob").get(f"/inbox/away/{row.pk}/end/").status_code == 405
