"""`GET /api/inbox` and `POST /api/inbox/:id/ack`, as Triggers has them."""

from typing import Any

import pytest

from opsflows.events.models import Event, Source
from tests.events.callers import ORDER, Caller
from tests.events.conftest import Post, stripe_body

pytestmark = pytest.mark.django_db


def test_the_inbox_has_what_is_pending_oldest_first(api: Caller, stranger: Caller) -> None:
    ids = [api.send(ORDER | {"payload": {"n": number}}).json()["id"] for number in range(3)]
    stranger.send(ORDER)
    api.ack(ids[1])
    response = api.inbox()
    assert [event["id"] for event in response.json()] == sorted([ids[0], ids[2]])
    assert {event["status"] for event in response.json()} == {"pending"}
    assert {event["payload"]["n"] for event in response.json()} == {0, 2}
    assert "Link" not in response


def test_webhooks_are_not_in_the_inbox(api: Caller, post: Post, source: Source) -> None:
    event_id = post(source, stripe_body()).json()["id"]
    assert api.inbox().json() == []
    assert api.ack(event_id).status_code == 404


def test_pages_of_the_inbox_are_linked(api: Caller) -> None:
    ids = sorted(api.send(ORDER).json()["id"] for _ in range(5))
    seen: list[str] = []
    address = "/api/inbox?limit=2"
    pages = 0
    while address:
        response = api.client.get(address)
        seen += [event["id"] for event in response.json()]
        link = response.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link.partition(">")[0].lstrip("<").replace("http://testserver", "")
        pages += 1
    assert (seen, pages) == (ids, 3)


@pytest.mark.parametrize("query", ["?limit=0", "?limit=x", "?limit=100000", "?after=x"])
def test_a_wrong_page_is_400(api: Caller, query: str) -> None:
    assert api.inbox(query).status_code == 400


def test_the_inbox_costs_the_same_whatever_is_in_it(api: Caller, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        api.send(ORDER)
    with django_assert_max_num_queries(2):  # the key, and the page with its payloads
        assert len(api.inbox().json()) == 5


def test_acknowledging_twice_answers_the_same(api: Caller) -> None:
    event_id = api.send(ORDER).json()["id"]
    first, second = api.ack(event_id), api.ack(event_id)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["status"] == "acknowledged"
    assert api.inbox().json() == []


@pytest.mark.parametrize("event_id", ["7f000000-0000-7000-8000-000000000000", "x", "1"])
def test_an_unknown_event_cannot_be_acknowledged(api: Caller, event_id: str) -> None:
    response = api.ack(event_id)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert ("is not an id" in response.json()["error"]["message"]) == (len(event_id) < 36)


def test_events_of_another_account_cannot_be_acknowledged(api: Caller, stranger: Caller) -> None:
    event_id = api.send(ORDER).json()["id"]
    assert stranger.ack(event_id).status_code == 404
    assert Event.objects.get().acknowledged_at is None
