"""Every event is counted and logged where it comes in and where it is handed over."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from opsflows import metrics
from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.events.models import Event, Source
from opsflows.events.note import note_received
from opsflows.events.route import route
from tests.events.callers import ORDER, Caller
from tests.events.conftest import SECRET, Post, stripe_body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="opsflows.events")


def received(pattern: str, name: str) -> float:
    return metrics.RECEIVED_BY_PATTERN.labels(pattern, name)._value.get()


def test_a_webhook_and_its_copy(post: Post, source: Source, caplog: pytest.LogCaptureFixture) -> None:
    before = received("webhook-bridge", "stripe.invoice.paid")
    for _ in range(2):
        post(source, stripe_body("evt_1", customer_name="Tailspin Toys"))
    assert received("webhook-bridge", "stripe.invoice.paid") == before + 1
    [line] = caplog.messages
    assert line == f"received through webhook: stripe.invoice.paid ({Event.objects.get().pk})"
    assert source.token not in caplog.text
    assert SECRET not in caplog.text


def test_an_event_through_the_api(api: Caller, caplog: pytest.LogCaptureFixture) -> None:
    before = received("events-api", "order.shipped")
    api.send(ORDER)
    assert received("events-api", "order.shipped") == before + 1
    assert caplog.messages == [f"received through api: order.shipped ({Event.objects.get().pk})"]


def test_an_event_of_our_own_counts_once_it_is_committed(
    account: PlatformAccount, django_capture_on_commit_callbacks: Any
) -> None:
    before = received("opsflows", "task.overdue")
    with django_capture_on_commit_callbacks() as callbacks:
        emit(account_id=account.pk, name="task.overdue", data={}, now=timezone.now())
    assert received("opsflows", "task.overdue") == before
    for callback in callbacks:
        callback()
    assert received("opsflows", "task.overdue") == before + 1


def test_a_door_of_our_own_has_its_pattern(account: PlatformAccount, django_capture_on_commit_callbacks: Any) -> None:
    before = received("scheduled", "report.daily")
    with django_capture_on_commit_callbacks(execute=True):
        emit(account_id=account.pk, name="report.daily", data={}, door=Event.Door.SCHEDULE, now=timezone.now())
    assert received("scheduled", "report.daily") == before + 1


def test_what_is_handed_over_is_counted_with_its_latency(
    post: Post, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    sent = metrics.SENT_BY_PATTERN.labels("webhook-bridge", "stripe.invoice.paid")
    latency = metrics.LATENCY_BY_PATTERN.labels("webhook-bridge")
    before, seconds = sent._value.get(), latency._sum.get()
    post(source, stripe_body())
    post(source, stripe_body())
    caplog.clear()
    assert route(now=timezone.now() + timedelta(seconds=5)) == 2
    assert sent._value.get() == before + 2
    assert latency._sum.get() - seconds == pytest.approx(10, abs=2)
    assert caplog.messages == ["sent to consumers: 2 events, 2 stripe.invoice.paid"]
    assert route(now=timezone.now()) == 0
    assert len(caplog.messages) == 1


def test_a_line_stays_short_however_many_names_there_are(caplog: pytest.LogCaptureFixture) -> None:
    ids = [Event._meta.get_field("id").get_default() for _ in range(40)]
    note_received("webhook", [(f"vendor.e{number}", event_id) for number, event_id in enumerate(ids)])
    [line] = caplog.messages
    assert line.endswith("1 vendor.e4, 35 other names")
    assert len(line) < 200
