"""Copies of one event, sent at the same time over connections of their own."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.registry import preset
from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.batch import NewEvent
from opsflows.events.change_source import change_source
from opsflows.events.models import Event, EventKey, EventPayload, Source
from opsflows.events.store import store
from opsflows.jsontext.field import JsonText
from opsflows.queue.ids import new_id
from tests.events.conftest import SECRET, Post, stripe_body
from tests.processes.wait import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _shared_by_threads() -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        pytest.skip("a database in memory refuses a second writer instead of letting it wait")


def at_once(count: int, work: Any) -> list[Any]:
    """The results of `work(number)` in `count` threads that start together, each with its own connection."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def send(source: Source, body: bytes) -> tuple[int, dict[str, Any]]:
    signed = preset("stripe").sign(body, secret=SECRET, options={}, now=timezone.now())
    response = Client().post(
        source.path,
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signed["Stripe-Signature"]},
    )
    return response.status_code, response.json()


@pytest.mark.parametrize("copies", [pytest.param(60, marks=pytest.mark.postgres), 8])
def test_copies_at_once_make_one_event(source: Source, copies: int) -> None:
    body = stripe_body("evt_1")
    answers = at_once(copies, lambda _: send(source, body))
    event = Event.objects.get()
    assert Counter(status for status, _ in answers) == {202: 1, 200: copies - 1}
    assert {answer["id"] for _, answer in answers} == {str(event.pk)}
    assert all(answer.get("duplicate") for status, answer in answers if status == 200)
    assert (EventKey.objects.count(), EventPayload.objects.count()) == (1, 1)


def test_batches_that_overlap_store_each_event_once(account: PlatformAccount) -> None:
    names = [f"key-{number}" for number in range(20)]

    def run(number: int) -> list[Any]:
        # Each thread in an order of its own: without one order of locks they would deadlock.
        order = names[number:] + names[:number] if number % 2 else names[::-1]
        now = timezone.now()
        events = [NewEvent("order.paid", key, now, JsonText("{}")) for key in order]
        stored = store(account_id=account.pk, scope="batch", events=events, door="api", now=now)
        return [(key, event.id, event.fresh) for key, event in zip(order, stored, strict=True)]

    answers = [answer for answers in at_once(6, run) for answer in answers]
    assert Event.objects.count() == len(names)
    assert sorted(key for key, _, fresh in answers if fresh) == sorted(names)
    assert len({(key, event_id) for key, event_id, _ in answers}) == len(names)


def waiting_for_locks(count: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        [found] = cursor.fetchone()
    return bool(found >= count)


@pytest.mark.postgres
def test_batches_take_their_locks_in_one_order(account: PlatformAccount) -> None:
    def run(keys: str) -> list[Any]:
        try:
            now = timezone.now()
            events = [NewEvent("order.paid", key, now, JsonText("{}")) for key in keys]
            return store(account_id=account.pk, scope="batch", events=events, door="api", now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            # Both batches get as far as this key allows; in orders of their own each would then hold what the other
            # wants.
            EventKey.objects.create(scope="batch", key="m", event_id=new_id(), created_at=timezone.now())
            answers = [pool.submit(run, keys) for keys in ("amz", "zma")]
            wait_until(lambda: waiting_for_locks(2), seconds=20, what="both batches wait")
            transaction.set_rollback(True)
        assert sum(event.fresh for answer in answers for event in answer.result()) == 3


def test_a_source_switched_off_in_the_middle_takes_nothing_more(source: Source, actor: Actor) -> None:
    off = threading.Event()

    def run(number: int) -> list[int]:
        if number == 0:
            change_source(actor=actor, source=source, is_active=False, now=timezone.now())
            off.set()
            return []
        statuses = []
        for _ in range(50):
            was_off = off.is_set()
            status, _ = send(source, stripe_body())
            statuses.append(status)
            assert not (was_off and status != 410)
        return statuses

    statuses = [status for statuses in at_once(3, run) for status in statuses]
    assert set(statuses) <= {202, 410}
    assert Event.objects.count() == statuses.count(202)


@pytest.mark.postgres
def test_once_the_source_and_name_are_known_a_request_is_one_statement(post: Post, source: Source) -> None:
    post(source, stripe_body())
    with CaptureQueriesContext(connection) as queries:
        assert post(source, stripe_body()).status_code == 202
    assert len(queries) == 1


@pytest.mark.postgres
def test_a_connection_that_broke_between_requests_is_replaced(post: Post, source: Source) -> None:
    assert post(source, stripe_body("evt_1")).status_code == 202
    beside = connection.copy()
    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    beside.close()
    assert post(source, stripe_body("evt_2")).status_code == 202
    assert Event.objects.count() == 2
