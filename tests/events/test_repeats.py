"""What comes again under its key is counted beside the first, once each time, and stored no second time."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.events.batch import NewEvent
from opsflows.events.models import Event, EventRepeat, Source
from opsflows.events.store import store
from opsflows.jsontext.field import JsonText
from tests.events.callers import ORDER, Caller
from tests.events.conftest import Post, stripe_body
from tests.events.test_copies import at_once, send

pytestmark = pytest.mark.django_db


def test_a_vendor_that_tries_again_is_counted(post: Post, source: Source) -> None:
    body, before = stripe_body("evt_1"), timezone.now()
    answers = [post(source, body).status_code for _ in range(3)]
    repeat = EventRepeat.objects.get()
    assert answers == [202, 200, 200]
    assert (repeat.event, repeat.count) == (Event.objects.get(), 2)
    assert before < repeat.last_at <= timezone.now()


def test_what_comes_for_the_first_time_costs_nothing_more(post: Post, source: Source) -> None:
    post(source, stripe_body())
    with CaptureQueriesContext(connection) as queries:
        post(source, stripe_body("evt_of_its_own"))
    assert not [each["sql"] for each in queries if "event_repeats" in each["sql"]]
    with CaptureQueriesContext(connection) as queries:
        post(source, stripe_body("evt_of_its_own"))
    assert len([each["sql"] for each in queries if "event_repeats" in each["sql"]]) == 1


def test_a_key_that_is_sent_again_is_counted(api: Caller) -> None:
    statuses = [api.send(ORDER, idempotency_key="order-1").status_code for _ in range(2)]
    assert statuses == [201, 200]
    assert EventRepeat.objects.get().count == 1


def test_another_event_under_the_same_key_is_no_repeat(api: Caller) -> None:
    api.send(ORDER, idempotency_key="order-1")
    assert api.send(ORDER | {"source": "another"}, idempotency_key="order-1").status_code == 409
    assert not EventRepeat.objects.exists()


def test_copies_within_one_request(account: PlatformAccount) -> None:
    def stored(keys: str) -> list[bool]:
        now = timezone.now()
        events = [NewEvent("order.paid", key, now, JsonText("{}")) for key in keys]
        return [each.fresh for each in store(account_id=account.pk, scope="batch", events=events, door="api", now=now)]

    assert stored("aab") == [True, False, True]
    assert stored("abbc") == [False, False, False, True]
    assert sorted(EventRepeat.objects.values_list("count", flat=True)) == [2, 2]


def test_without_a_key_nothing_is_a_repeat(account: PlatformAccount) -> None:
    now = timezone.now()
    for _ in range(2):
        event = NewEvent("order.paid", None, now, JsonText("{}"))
        store(account_id=account.pk, scope="batch", events=[event], door="api", now=now)
    assert Event.objects.count() == 2
    assert not EventRepeat.objects.exists()


def test_a_count_that_cannot_be_written_changes_no_answer(
    post: Post, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError("the disk is full")

    body = stripe_body("evt_1")
    post(source, body)
    monkeypatch.setattr("opsflows.events.count_repeats._count", broken)
    assert post(source, body).status_code == 200
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_copies_at_once_are_each_counted_once(source: Source) -> None:
    body = stripe_body("evt_1")
    at_once(20, lambda _: send(source, body))
    assert EventRepeat.objects.get().count == 19


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_batches_of_copies_in_any_order_do_not_block_one_another(account: PlatformAccount) -> None:
    keys = [f"key-{number}" for number in range(20)]

    def run(number: int) -> None:
        now = timezone.now()
        order = keys if number % 2 else keys[::-1]
        events = [NewEvent("order.paid", key, now, JsonText("{}")) for key in order]
        store(account_id=account.pk, scope="batch", events=events, door="api", now=now)

    run(0)
    at_once(6, run)
    assert set(EventRepeat.objects.values_list("count", flat=True)) == {6}
