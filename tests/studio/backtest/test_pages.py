"""The pages of a backtest."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.models import Event, EventPayload
from opsflows.queue.run_jobs import run_one_job
from opsflows.studio.backtest.ask import ask_backtest
from opsflows.studio.models import Backtest
from opsflows.studio.views.frame import address
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.admin.world import World
from tests.studio.backtest.conftest import came_in, leaf, rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(alpha: World) -> Workflow:
    """Published for more than 100, drafted for more than 200."""
    workflow = alpha.workflow(
        "Deal alert", trigger="deal.won", conditions={"rules": [leaf("value", "greater_than", 100)]}
    )
    draft = rule({"rules": [leaf("value", "greater_than", 200), leaf("vendor", "in", ["aws", "gcp"])]})
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=draft)
    return Workflow.objects.get(pk=workflow.pk)


def events(alpha: World, count: int, **more: Any) -> list[Event]:
    now = timezone.now()
    return [
        came_in(
            alpha.account, {"value": 10 * n, "vendor": "aws", "api_key": "s3cret", **more}, now - timedelta(hours=n)
        )
        for n in range(1, count + 1)
    ]


def done(alpha: World, workflow: Workflow) -> Backtest:
    now = timezone.now()
    ask_backtest(actor=alpha.actor, workflow=workflow, since=now - timedelta(days=30), until=now, now=now)
    work()
    return Backtest.objects.latest("id")


def work() -> None:
    while run_one_job(holder="here"):
        pass


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_from_asking_to_the_answer(admin: Client, alpha: World, flow: Workflow) -> None:
    events(alpha, 30)
    url = address("backtest", flow)
    assert "Not tried yet" in text(admin.get(url))
    assert not Backtest.objects.exists()
    answer = admin.post(url, {"length": "30"})
    backtest = Backtest.objects.get()
    assert answer["Location"] == address("backtest-run", flow, backtest_id=backtest.pk)
    assert "waits for a worker" in text(admin.get(answer["Location"]))
    progress = address("backtest-progress", flow, backtest_id=backtest.pk)
    part = admin.get(progress, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part
    assert b"<html" not in part.content
    work()
    assert admin.get(progress, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert admin.get(progress).status_code == 302
    shown = text(admin.get(answer["Location"]))
    assert "In the last 30 days 30 events came in; what is live would have fired 20 times, the draft 10 times" in shown
    assert ": 0 new, 10 no longer." in shown
    assert "finance@acme.example" in shown
    assert "value: 110" in shown
    assert "s3cret" not in shown


def test_an_event_opens_its_explanation(admin: Client, alpha: World, flow: Workflow) -> None:
    lost = events(alpha, 12)[-1]
    backtest = done(alpha, flow)
    shown = text(admin.get(address("backtest-event", flow, backtest_id=backtest.pk, event_id=lost.pk)))
    assert "No longer caught" in shown
    assert "value is greater than 200: no, it is 120." in shown
    assert "value is greater than 100: yes, it is 120." in shown
    EventPayload.objects.filter(event=lost).delete()
    shown = text(admin.get(address("backtest-event", flow, backtest_id=backtest.pk, event_id=lost.pk)))
    assert "no longer kept" in shown
    Event.objects.filter(pk=lost.pk).delete()
    for page in (
        address("backtest-event", flow, backtest_id=backtest.pk, event_id=lost.pk),
        address("backtest", flow),
    ):
        assert "no longer kept" in text(admin.get(page))


def test_stop_is_a_post(admin: Client, alpha: World, flow: Workflow) -> None:
    admin.post(address("backtest", flow), {"length": "7"})
    backtest = Backtest.objects.get()
    url = address("backtest-stop", flow, backtest_id=backtest.pk)
    assert admin.get(url).status_code == 405
    shown = text(admin.post(url, follow=True))
    assert "Stopped" in shown
    assert "Only a part" in shown
    assert "nothing to stop" in text(admin.post(url, follow=True))


def test_a_second_one_leads_to_the_first(admin: Client, flow: Workflow) -> None:
    first = admin.post(address("backtest", flow), {"length": "7"})["Location"]
    again = admin.post(address("backtest", flow), {"length": "30"}, follow=True)
    assert again.redirect_chain[-1][0] == first
    assert "under way" in text(again)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"length": "dates", "since": "2026-01-01"}, "To: Choose a day"),
        ({"length": "dates", "since": "2026-02-01", "until": "2026-01-01"}, "Must not be before the first day."),
        ({"length": "dates", "since": "2126-02-01", "until": "2126-02-02"}, "must not lie in the future"),
        ({"length": "dates", "since": "2020-01-01", "until": "2026-01-01"}, "366 days long at most"),
        ({"length": "12"}, "The last: "),
        ({"length": "dates", "since": "x", "until": "2026-01-01"}, "From: Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(admin: Client, flow: Workflow, given: dict[str, str], said: str) -> None:
    answer = admin.post(address("backtest", flow), given)
    assert answer.status_code == 422
    assert said.lower() in text(answer).lower()
    assert not Backtest.objects.exists()


def test_days_are_the_account_s(admin: Client, flow: Workflow) -> None:
    admin.post(address("backtest", flow), {"length": "dates", "since": "2026-01-10", "until": "2026-01-11"})
    backtest = Backtest.objects.get()
    assert (backtest.since.isoformat(), backtest.until.isoformat()) == (
        "2026-01-09T23:00:00+00:00",
        "2026-01-11T23:00:00+00:00",
    )
    work()
    assert "From 10 Jan 2026 to 11 Jan 2026 no event of this name came in." in text(
        admin.get(address("backtest", flow))
    )


@pytest.mark.parametrize("kind", ["manual", "schedule"])
def test_what_no_event_starts_has_nothing_to_test_against(admin: Client, alpha: World, kind: str) -> None:
    config = {"cron": "0 9 * * 1"} if kind == "schedule" else {}
    data = {"nodes": [{"id": "t", "type": "trigger", "data": {"kind": kind, "config": config}}], "edges": []}
    workflow = create_workflow(actor=alpha.actor, name="Other", workflow_data=data)
    shown = admin.get(address("backtest", workflow))
    assert "nothing to test against" in text(shown)
    assert b"</legend>" not in shown.content
    assert admin.post(address("backtest", workflow), {"length": "7"}).status_code == 422


def test_a_condition_that_names_nothing_refuses(admin: Client, alpha: World) -> None:
    data = rule({"rules": [{"operator": "in_segment", "value": "nowhere"}]})
    workflow = create_workflow(actor=alpha.actor, name="Other", workflow_data=data)
    answer = admin.post(address("backtest", workflow), {"length": "7"})
    assert (answer.status_code, "nowhere" in text(answer)) == (422, True)


def test_another_account_s_are_not_there(admin: Client, alpha: World, beta: World, flow: Workflow) -> None:
    theirs = beta.workflow("Theirs", trigger="deal.won")
    event = came_in(beta.account, {"value": 1_000_000}, timezone.now() - timedelta(hours=1))
    backtest = done(beta, theirs)
    for workflow in (theirs, flow):
        for url in (
            address("backtest-run", workflow, backtest_id=backtest.pk),
            address("backtest-progress", workflow, backtest_id=backtest.pk),
            address("backtest-event", workflow, backtest_id=backtest.pk, event_id=event.pk),
        ):
            assert admin.get(url).status_code == 302
        assert admin.post(address("backtest-stop", workflow, backtest_id=backtest.pk)).status_code == 302


def test_a_viewer_may_try_and_a_stranger_may_not(viewer: Client, flow: Workflow, client: Client) -> None:
    assert viewer.post(address("backtest", flow), {"length": "7"}).status_code == 302
    assert Backtest.objects.get().created_by is not None
    assert "/login/" in client.get(address("backtest", flow))["Location"]


def test_pages_cost_the_same_for_much_and_for_little(admin: Client, alpha: World, flow: Workflow) -> None:
    events(alpha, 12)
    backtest = done(alpha, flow)
    url = address("backtest-run", flow, backtest_id=backtest.pk)
    admin.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get(url)
    EventPayload.objects.all().delete()
    Event.objects.all().delete()
    events(alpha, 90)
    for _ in range(3):
        backtest = done(alpha, flow)
    url = address("backtest-run", flow, backtest_id=backtest.pk)
    with CaptureQueriesContext(connection) as many:
        shown = admin.get(f"{url}?kind=both")
    assert len(many) == len(few), [query["sql"][:150] for query in many]
    older = re.search(r'href="([^"]+after=[^"]+)#found">Older', shown.content.decode())
    assert older is not None
    assert "Newest" in text(admin.get(older[1].replace("&amp;", "&")))
    assert admin.get(f"{url}?kind=wrong&after=wrong").status_code == 200


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [("0001-01-01", "0001-01-05", 422), ("1960-01-01", "1960-02-01", 422), ("today", "9999-12-31", 302)],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_ends_of_the_calendar_are_no_fault(
    admin: Client, alpha: World, flow: Workflow, since: str, until: str, status: int, zone: str
) -> None:
    alpha.account.timezone = zone
    alpha.account.save()
    since = since.replace("today", (timezone.now() - timedelta(days=3)).date().isoformat())
    posted = {"length": "dates", "since": since, "until": until}
    assert admin.post(address("backtest", flow), posted).status_code == status


def test_who_may_not_see_events_sees_no_backtest(
    admin: Client, alpha: World, flow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No role of today is so; backtests show what events carried, so they ask for themselves."""
    found = events(alpha, 30)[-1]
    backtest = done(alpha, flow)
    may = Actor.may
    monkeypatch.setattr(
        Actor, "may", lambda self, which, **more: which != Permission.EVENTS_READ and may(self, which, **more)
    )
    one = {"backtest_id": backtest.pk}
    addresses = [
        address("backtest", flow),
        address("backtest-run", flow, **one),
        address("backtest-progress", flow, **one),
        address("backtest-event", flow, **one, event_id=found.pk),
    ]
    for url in addresses:
        answer = admin.get(url)
        assert (answer.status_code, "Deal alert" in text(answer)) == (403, False), url
    assert admin.post(addresses[0], {"length": "30"}).status_code == 403
    assert admin.post(address("backtest-stop", flow, **one)).status_code == 403
