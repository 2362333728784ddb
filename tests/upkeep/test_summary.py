"""The daily summary: one day as the account's clocks count it, told by mail once to each who wants it."""

import smtplib
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import Membership, PlatformAccount, User
from opsflows.events.models import RoutingFailure
from opsflows.insights.day import Counts, Hour
from opsflows.queue import run_jobs
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import run_one_job
from opsflows.records.models import Task
from opsflows.upkeep.ask import ask_for_due
from opsflows.upkeep.models import SummaryChoice
from opsflows.upkeep.summary.chart import draw_chart
from opsflows.upkeep.summary.read import Summary, read_summary
from opsflows.upkeep.summary.recipients import choose_summary, readers
from opsflows.upkeep.summary.words import change, since
from tests.insights.past import Past, do
from tests.upkeep.people import member

pytestmark = pytest.mark.django_db

#: Seven in the morning of Tuesday, 10 March, in Berlin.
NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
DAY = date(2026, 3, 9)
WEEK = timedelta(days=7)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def summed_up(account: PlatformAccount, day: date = DAY, now: datetime = NOW) -> Summary:
    do("insights.roll_up", now)
    return read_summary(account, day, now=now)


def test_a_day_beside_the_same_weekday_a_week_before(account: PlatformAccount, past: Past) -> None:
    for hour in (0, 12, 23):
        past.event(at(DAY, hour, 59))
    past.event(at(DAY, 0) - timedelta(minutes=1))
    past.event(at(DAY, 0) + timedelta(days=1))
    past.event(at(DAY, 12) - WEEK)
    past.run(at(DAY, 12))
    past.run(at(DAY, 12), status="failed", error_message="Slack answered 404.")
    past.run(at(DAY, 13) - WEEK, status="failed")
    past.rejections(at(DAY, 9), 4)
    found = summed_up(account)
    assert found.counts == Counts(events=3, rejections=4, runs=2, completed=1, failed=1)
    assert found.before == Counts(events=1, runs=1, failed=1)
    assert len(found.hours) == 24


def test_failures_of_one_reason_stand_once_with_the_latest_run(account: PlatformAccount, past: Past) -> None:
    for minute in range(3):
        latest = past.run(at(DAY, 9, minute), status="failed", error_message="Slack answered 404.\nDetails follow")
    past.run(at(DAY, 8), status="timeout", workflow="Other")
    # It began long before and failed on this day.
    past.run(at(DAY, 8) - timedelta(days=40), took=timedelta(days=40), status="failed", error_message="Gone.")
    past.run(at(DAY, 8) + timedelta(days=1), status="failed", error_message="Not yet.")
    found = summed_up(account).failures
    assert [(each.workflow, each.reason, each.times) for each in found] == [
        ("Rule", "Slack answered 404.", 3),
        ("Other", "It took longer than it may.", 1),
        ("Rule", "Gone.", 1),
    ]
    assert found[0].run_id == latest.pk


def test_what_waits_the_oldest_of_each(account: PlatformAccount, past: Past) -> None:
    past.run(NOW - timedelta(hours=3), status="needs_attention", workflow="Old")
    past.run(NOW - timedelta(hours=2), status="needs_attention", workflow="New")
    past.event(NOW - timedelta(hours=1), routed_at=None, name="deal.lost")
    aside = past.event(NOW - timedelta(days=2))
    RoutingFailure.objects.create(event=aside, consumer="x", error="", failed_at=NOW - timedelta(days=2))
    Task.objects.create(account=account, title="Call", created_at=NOW, due_at=NOW - timedelta(days=1))
    Task.objects.create(account=account, title="Later", created_at=NOW, due_at=NOW + timedelta(days=1))
    found = summed_up(account)
    assert [each.what for each in found.waiting] == [
        "The event deal.won was set aside",
        "The run “Old” waits for somebody to decide",
        "The event deal.lost waits to be handed over",
    ]
    assert [(task.title, task.whose) for task in found.overdue] == [("Call", "nobody")]


def test_another_account_is_not_in_it(account: PlatformAccount, past: Past) -> None:
    other = Past(PlatformAccount.objects.create(slug="globex", name="Globex", timezone="Europe/Berlin"))
    other.event(at(DAY, 12))
    other.run(at(DAY, 12), status="failed")
    other.run(at(DAY, 12), status="needs_attention")
    other.rejections(at(DAY, 12), 3)
    Task.objects.create(account=other.account, title="Theirs", created_at=NOW, due_at=NOW - WEEK)
    found = summed_up(account)
    assert found.is_quiet
    assert (found.failures, found.refused, found.waiting, found.overdue) == ([], [], [], [])


@pytest.mark.parametrize(
    ("day", "length", "before"), [(date(2026, 3, 29), 23, 24), (date(2026, 10, 25), 25, 24), (date(2026, 4, 5), 24, 23)]
)
def test_on_days_of_another_length(account: PlatformAccount, past: Past, day: date, length: int, before: int) -> None:
    """An event an hour, so that the count is the day's length; a week later the short day is what is compared with."""
    moment = at(day - WEEK, 0) + timedelta(minutes=30)
    end = at(day + timedelta(days=1), 0)
    while moment < end:
        past.event(moment)
        moment += timedelta(hours=1)
    found = summed_up(account, day, end + timedelta(hours=7))
    assert (found.counts.events, found.before.events, len(found.hours)) == (length, before, length)
    chart = draw_chart(found.hours, zone=found.zone)
    assert chart is not None
    assert chart.startswith(b"\x89PNG")


def test_it_costs_the_same_however_much_happened(account: PlatformAccount, past: Past) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            read_summary(account, DAY, now=NOW)
        return len(captured.captured_queries)

    past.run(at(DAY, 12), status="failed")
    few = cost()
    for number in range(40):
        past.run(at(DAY, 12, number), status="failed", error_message=f"Reason {number}", workflow=f"w{number % 7}")
        Task.objects.create(account=account, title="t", created_at=NOW, due_at=NOW - timedelta(days=1))
    assert cost() == few
    assert len(read_summary(account, DAY, now=NOW).failures) == 10


def parts(message: Any) -> dict[str, Message]:
    return {part.get_content_type(): part for part in message.message().walk()}


def test_the_mail(account: PlatformAccount, past: Past, settings: Any) -> None:
    settings.PUBLIC_URL = "https://ops.example.com"
    member(account, "ada", "admin")
    run = past.run(at(DAY, 12), status="failed", error_message="<b>Slack</b> answered 404.")
    past.event(at(DAY, 12))
    do("insights.roll_up", NOW)
    job = do("summary.daily", NOW, account=account, fire=NOW.isoformat())
    assert job.result == {"day": "2026-03-09", "sent": 1, "refused": 0}
    [message] = mail.outbox
    assert (message.to, message.subject) == (["ada@example.com"], "Acme: 1 failure on Monday, 9 March")
    found = parts(message)
    assert list(found) == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]
    text, html = (found[kind].get_payload(decode=True).decode() for kind in ("text/plain", "text/html"))  # type: ignore[union-attr]
    address = f"https://ops.example.com/admin/runs/execution/{run.pk}/change/"
    assert address in text
    assert address in html
    assert "<b>Slack</b> answered 404." in text
    assert "&lt;b&gt;Slack&lt;/b&gt; answered 404." in html
    assert "Events: 1, 1 more than a week before (none)" in text
    assert "summary/?day=2026-03-09" in text
    image = found["image/png"]
    assert f"cid:{image['Content-ID'].strip('<>')}" in html
    assert image.get_payload(decode=True).startswith(b"\x89PNG")  # type: ignore[union-attr]
    assert message.extra_headers["Message-ID"] == f"<summary.{job.pk}.{User.objects.get().pk}@ops.example.com>"


def test_a_quiet_day_says_so(account: PlatformAccount) -> None:
    member(account, "ada", "admin")
    do("summary.daily", NOW, account=account, fire=NOW.isoformat())
    assert "Nothing happened on this day" in mail.outbox[0].body


def test_it_is_sent_once_however_often_it_is_asked_for(account: PlatformAccount) -> None:
    PlatformAccount.objects.update(created_at=NOW - WEEK)
    member(account, "ada", "admin")
    for minutes in (0, 1, 59):
        ask_for_due(now=NOW + timedelta(minutes=minutes), asked={})
        while run_one_job(holder="x", now=NOW + timedelta(minutes=minutes)):
            pass
    assert len(mail.outbox) == 1


def test_administrators_get_it_unless_they_say_no_and_others_if_they_say_yes(account: PlatformAccount) -> None:
    ada, grace = member(account, "ada", "admin"), member(account, "grace", "admin")
    vera = member(account, "vera", "viewer")
    member(account, "mute", "admin", email="")
    User.objects.filter(pk=member(account, "gone", "admin").pk).update(is_active=False)
    choose_summary(actor=as_member(account, grace), user_id=grace.pk, wants=False)
    choose_summary(actor=as_member(account, vera), user_id=vera.pk, wants=True)
    assert [each.user for each in readers(account.pk) if each.gets_it] == [ada, vera]
    do("summary.daily", NOW, account=account)
    assert [message.to for message in mail.outbox] == [["ada@example.com"], ["vera@example.com"]]


def as_member(account: PlatformAccount, user: User) -> Actor:
    role = Membership.objects.get(account=account, user=user).role
    return Actor(account_id=account.pk, user_id=user.pk, role=role, door="admin")


def test_only_administrators_decide_for_others_and_only_in_their_account(account: PlatformAccount) -> None:
    ada, vera = member(account, "ada", "admin"), member(account, "vera", "viewer")
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    stranger = member(other, "eve", "admin")
    with pytest.raises(Forbidden):
        choose_summary(actor=as_member(account, vera), user_id=ada.pk, wants=False)
    with pytest.raises(Membership.DoesNotExist):
        choose_summary(actor=as_member(account, ada), user_id=stranger.pk, wants=True)
    choose_summary(actor=as_member(account, ada), user_id=vera.pk, wants=True)
    assert SummaryChoice.objects.get().history.count() == 1


def test_a_mail_that_is_repeated_bears_the_same_id(account: PlatformAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies between sending and noting it."""
    member(account, "ada", "admin")
    member(account, "bob", "admin")
    PlatformAccount.objects.update(created_at=NOW - WEEK)
    ask_for_due(now=NOW, asked={})
    Job.objects.exclude(kind="summary.daily").delete()

    def dies(*rest: Any) -> bool:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(run_jobs, "_note", dies)
        with pytest.raises(SystemExit):
            run_one_job(holder="x", now=NOW)
    run_one_job(holder="y", now=NOW + run_jobs.LEASE)
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert [message.to[0] for message in mail.outbox] == ["ada@example.com", "ada@example.com", "bob@example.com"]
    assert ids[0] == ids[1] != ids[2]


def test_an_address_that_is_refused_keeps_nobody_else_from_theirs(
    account: PlatformAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.mail.backends.locmem import EmailBackend

    member(account, "ada", "admin")
    member(account, "bob", "admin")
    send = EmailBackend.send_messages

    def picky(self: Any, messages: Any) -> Any:
        if messages[0].to == ["ada@example.com"]:
            raise smtplib.SMTPRecipientsRefused({})
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    assert do("summary.daily", NOW, account=account).result == {"day": "2026-03-09", "sent": 1, "refused": 1}


def test_the_chart_is_drawn_of_nothing_and_of_much() -> None:
    zone = ZoneInfo("Europe/Berlin")
    images = []
    for number in (0, 10_000_000):
        shown = [
            Hour(NOW + timedelta(hours=hour), Counts(events=number, completed=number, failed=hour))
            for hour in range(24)
        ]
        images.append(draw_chart(shown, zone=zone))
    assert all(image is not None and image.startswith(b"\x89PNG") for image in images)
    assert images[0] != images[1]


def test_a_chart_that_cannot_be_drawn_keeps_no_mail_back(
    account: PlatformAccount, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsflows.upkeep.summary.chart.sys.executable", "/nowhere/python")
    member(account, "ada", "admin")
    past.event(at(DAY, 13, 13))
    do("insights.roll_up", NOW)
    do("summary.daily", NOW, account=account, fire=NOW.isoformat())
    [message] = mail.outbox
    assert "image/png" not in parts(message)
    assert "cid:" not in message.alternatives[0][0]


@pytest.mark.parametrize(
    ("number", "before", "words"),
    [
        (5, 5, "as many as a week before"),
        (120, 100, "20 more than a week before (100, so +20 %)"),
        (1, 2, "1 fewer than a week before (2, so −50 %)"),
        (3, 0, "3 more than a week before (none)"),
    ],
)
def test_a_change_in_words(number: int, before: int, words: str) -> None:
    assert change(number, before) == words


def test_since_in_words() -> None:
    assert since(NOW - timedelta(hours=25), NOW) == "for 1 day"
    assert since(NOW - timedelta(hours=5), NOW) == "for 5 hours"
    assert since(NOW, NOW) == "for less than a minute"
