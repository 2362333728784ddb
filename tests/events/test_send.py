"""`POST /api/events`, as Triggers has it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventKey, EventPayload, EventType
from tests.api.chunks import post_chunked
from tests.events.callers import ORDER, Caller, key_for

pytestmark = pytest.mark.django_db


def test_an_event_is_stored_and_pending(api: Caller, rung: list[bool]) -> None:
    response = api.send(ORDER)
    event = Event.objects.get()
    assert response.status_code == 201
    answer = response.json()
    assert answer.pop("created_at")
    assert answer == {"id": str(event.pk), "status": "pending", "type": "order.shipped", "source": "web-shop"}
    assert (event.name, event.source_label, event.door) == ("order.shipped", "web-shop", "api")
    assert EventPayload.objects.get().data == ORDER["payload"]
    assert rung == [True]


def test_numbers_in_a_payload_stay_exact(api: Caller) -> None:
    api.send(b'{"type":"order.paid","source":"shop","payload":{"total":0.1000}}')
    assert EventPayload.objects.get().data == {"total": Decimal("0.1000")}


def test_an_unknown_name_enters_the_catalog_as_custom(api: Caller, account: PlatformAccount) -> None:
    EventType.objects.create(event_name="order.shipped", event_category="order")
    api.send(ORDER)
    api.send(ORDER | {"type": "lead.scored"})
    entry = EventType.objects.exclude(event_category="order").get()
    assert (entry.event_name, entry.account, entry.event_category) == ("lead.scored", account, "custom")


@pytest.mark.parametrize("name", ["user.2fa_enabled", "stripe.invoice.paid", "a.b.c.d"])
def test_names_that_keep_the_rule_come_without_warnings(api: Caller, name: str) -> None:
    response = api.send(ORDER | {"type": name})
    assert response.status_code == 201
    assert "warnings" not in response.json()


def test_a_single_word_is_taken_with_a_warning(api: Caller) -> None:
    response = api.send({"type": "test", "source": "debug", "payload": {}})
    assert response.status_code == 201
    assert "two parts" in response.json()["warnings"][0]


@pytest.mark.parametrize(
    ("name", "suggestion"), [("OrderShipped", "order.shipped"), ("payment-success", "payment.success")]
)
def test_another_spelling_is_refused_with_the_right_one(api: Caller, name: str, suggestion: str) -> None:
    response = api.send(ORDER | {"type": name})
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["field"], error["hint"]) == ("type", suggestion)
    assert not Event.objects.exists()
    assert not EventType.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": None}, "type"),
        ({"type": 5}, "type"),
        ({"type": ""}, "type"),
        ({"type": "a." + "b" * 300}, "type"),
        ({"source": None}, "source"),
        ({"source": " "}, "source"),
        ({"source": "x" * 256}, "source"),
        ({"payload": None}, "payload"),
        ({"payload": []}, "payload"),
        ({"payload": "text"}, "payload"),
    ],
)
def test_what_is_wrong_is_named(api: Caller, change: dict[str, Any], field: str) -> None:
    response = api.send(ORDER | change)
    assert (response.status_code, response.json()["error"]["field"]) == (400, field)
    assert not Event.objects.exists()


@pytest.mark.parametrize("field", ["type", "source", "payload"])
def test_absent_is_told_from_wrong(api: Caller, field: str) -> None:
    absent = api.send({name: value for name, value in ORDER.items() if name != field}).json()["error"]
    assert absent["message"].startswith(f"{field} is missing")
    for value in (5, None):
        wrong = api.send(ORDER | {field: value}).json()["error"]
        assert wrong["message"].startswith(f"{field} must be")


def test_an_event_may_come_in_chunks(account: PlatformAccount) -> None:
    header = {"HTTP_AUTHORIZATION": f"Bearer {key_for(account)}"}
    response = post_chunked(Client(), "/api/events", json.dumps(ORDER).encode(), **header)
    assert response.status_code == 201
    assert EventPayload.objects.get().data == ORDER["payload"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"type":"\\u0000"}', b"\xff", b'{"x":NaN}'])
def test_a_body_that_is_no_object_is_400(api: Caller, body: bytes) -> None:
    response = api.send(body)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_a_key_sent_again_answers_with_the_first_event(api: Caller, rung: list[bool]) -> None:
    first = api.send(ORDER, Idempotency_Key="one")
    again = api.send(dict(reversed(ORDER.items())), Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Event.objects.count() == 1
    assert rung == [True]


def test_a_key_sent_again_with_another_body_is_409(api: Caller) -> None:
    api.send(ORDER, Idempotency_Key="one")
    response = api.send(ORDER | {"payload": {"order_id": "ORD-2"}}, Idempotency_Key="one")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert Event.objects.count() == 1


def test_a_repeated_answer_tells_the_events_state_of_now(api: Caller) -> None:
    first = api.send(ORDER, Idempotency_Key="one").json()
    api.ack(first["id"])
    assert api.send(ORDER, Idempotency_Key="one").json()["status"] == "acknowledged"


def test_keys_of_two_accounts_do_not_meet(api: Caller, stranger: Caller) -> None:
    assert api.send(ORDER, Idempotency_Key="one").status_code == 201
    assert stranger.send(ORDER, Idempotency_Key="one").status_code == 201


@pytest.mark.parametrize("key", ["x" * 2000, "ключ".encode().decode("latin-1")])
def test_a_key_may_be_any_text(api: Caller, key: str) -> None:
    assert [api.send(ORDER, Idempotency_Key=key).status_code for _ in range(2)] == [201, 200]


def test_an_empty_key_is_refused(api: Caller) -> None:
    assert api.send(ORDER, Idempotency_Key=" ").status_code == 400


def test_without_a_key_nothing_is_deduplicated(api: Caller) -> None:
    assert [api.send(ORDER).status_code for _ in range(2)] == [201, 201]
    assert not EventKey.objects.exists()


def test_a_key_that_deduplicates_by_content_does_so(account: PlatformAccount) -> None:
    api = Caller(key_for(account, deduplicate_by_content=True))
    first = api.send(ORDER)
    again = api.send(dict(reversed(ORDER.items())))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert api.send(ORDER | {"source": "till"}).status_code == 201
    assert api.send(ORDER, Idempotency_Key="one").status_code == 201


def test_sending_needs_the_permission(account: PlatformAccount) -> None:
    assert Caller(key_for(account, role="viewer")).send(ORDER).status_code == 403
    assert Caller(key_for(account, scopes=["events:read"])).send(ORDER).status_code == 403
    assert Caller("nonsense").send(ORDER).status_code == 401
    assert Client().post("/api/events", b"{}", content_type="application/json").status_code == 401
    assert not Event.objects.exists()
