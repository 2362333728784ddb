"""What `/hooks/<token>` answers, and what it leaves behind."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.events.change_source import change_source
from opsflows.events.models import Event, EventKey, EventPayload, EventType, Rejection, Source
from tests.events.conftest import Post, stripe_body

pytestmark = pytest.mark.django_db


def refused(response: Any, status: int, reason: str) -> None:
    """The answer names the reason in the house's shape, and nothing was stored but the counted rejection."""
    assert (response.status_code, response.json()["error"]["code"]) == (status, reason)
    assert response.json()["error"]["message"]
    assert not Event.objects.exists()
    assert not EventKey.objects.exists()
    assert not EventType.objects.filter(account__isnull=False).exists()
    assert [(row.reason, row.count) for row in Rejection.objects.all()] == [(reason, 1)]


def test_a_signed_request_is_stored_and_answered_with_its_id(post: Post, source: Source) -> None:
    body = stripe_body("evt_1")
    response = post(source, body)
    assert response.status_code == 202
    event = Event.objects.get()
    assert response.json() == {"id": str(event.pk)}
    assert (event.name, event.door, event.account_id) == ("stripe.invoice.paid", "webhook", source.account_id)
    assert (event.source_id, event.source_label) == (source.pk, "Stripe")
    assert event.occurred_at.timestamp() == 1_700_000_000
    payload = EventPayload.objects.get(event=event)
    assert payload.data == json.loads(body)
    assert bytes(payload.body) == body


def test_numbers_are_kept_as_they_were_written(post: Post, source: Source) -> None:
    post(source, b'{"id":"evt_9","type":"invoice.paid","amount":0.10000000000000000555}')
    assert EventPayload.objects.get().data["amount"] == Decimal("0.10000000000000000555")


def test_stored_headers_do_not_show_secrets(post: Post, source: Source) -> None:
    post(source, stripe_body(), HTTP_AUTHORIZATION="Bearer abc", HTTP_COOKIE="session=abc", HTTP_X_ODD="a\x00b")
    headers = EventPayload.objects.get().headers
    assert "abc" not in json.dumps(headers)
    assert headers["x-odd"] == "a\\x00b"


def test_a_copy_is_answered_with_the_first_ones_id(post: Post, source: Source) -> None:
    first = post(source, stripe_body("evt_1"))
    copy = post(source, stripe_body("evt_1"))
    assert (copy.status_code, copy.json()) == (200, {"id": first.json()["id"], "duplicate": True})
    assert Event.objects.count() == 1


def test_the_bell_rings_for_what_is_new(post: Post, source: Source, rung: list[bool]) -> None:
    post(source, stripe_body("evt_1"))
    post(source, stripe_body("evt_1"))
    post(source, stripe_body("evt_2"), secret="whsec_other")
    assert rung == [True]


def test_a_new_name_enters_the_catalog_once(post: Post, source: Source) -> None:
    post(source, stripe_body())
    post(source, stripe_body())
    entry = EventType.objects.get(account=source.account)
    assert (entry.event_name, entry.event_category, entry.is_system_event) == ("stripe.invoice.paid", "custom", False)


def test_a_name_that_everyone_has_stays_one(post: Post, source: Source) -> None:
    EventType.objects.create(event_name="stripe.invoice.paid")
    post(source, stripe_body())
    assert EventType.objects.count() == 1


def test_a_wrong_signature_is_401(post: Post, source: Source) -> None:
    refused(post(source, stripe_body(), secret="whsec_other"), 401, "bad_signature")


def test_a_changed_body_is_401(post: Post, source: Source) -> None:
    refused(post(source, stripe_body("evt_2"), signed=stripe_body("evt_1")), 401, "bad_signature")


def test_no_signature_is_401(client: Client, source: Source) -> None:
    response = client.post(source.path, stripe_body(), content_type="application/json")
    refused(response, 401, "missing_signature")


@pytest.mark.parametrize(("by", "reason"), [(-600, "stale_timestamp"), (600, "future_timestamp")])
def test_a_timestamp_far_from_now_is_401(post: Post, source: Source, by: int, reason: str) -> None:
    refused(post(source, stripe_body(), at=timezone.now() + timedelta(seconds=by)), 401, reason)


@pytest.mark.parametrize(
    "body", [b" ", b"{", b"\xff", b"[]", b'{"id":"evt_1"}', b'{"id":"evt_1","type":"a","x":"\\u0000"}', b'{"id":NaN}']
)
def test_a_malformed_body_is_400(post: Post, source: Source, body: bytes) -> None:
    refused(post(source, body), 400, "malformed_body")


def test_another_content_type_is_415(post: Post, source: Source) -> None:
    refused(post(source, stripe_body(), content_type="text/plain"), 415, "unsupported_content_type")


def test_a_disabled_source_is_410(post: Post, source: Source, actor: Actor) -> None:
    change_source(actor=actor, source=source, is_active=False, now=timezone.now())
    refused(post(source, stripe_body()), 410, "disabled_source")


def test_a_source_of_a_disabled_account_is_410(post: Post, source: Source) -> None:
    type(source.account).objects.update(is_active=False)
    refused(post(source, stripe_body()), 410, "disabled_source")


@pytest.mark.parametrize("path", ["/hooks/unknown", "/hooks/a/b", "/hooks/%00", "/hooks/%ff"])
def test_an_unknown_token_is_404(client: Client, source: Source, path: str) -> None:
    response = client.post(path, b"{}", content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_token")
    assert not Rejection.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_other_methods_are_405(client: Client, source: Source, method: str) -> None:
    response = getattr(client, method)(source.path)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_rejections_of_an_hour_are_one_row(post: Post, source: Source) -> None:
    for _ in range(3):
        post(source, stripe_body(), secret="whsec_other", REMOTE_ADDR="192.0.2.7")
    row = Rejection.objects.get()
    assert (row.count, row.last_address, row.hour.minute) == (3, "192.0.2.7", 0)
    assert "signature" in row.last_detail


def test_a_source_whose_secret_cannot_be_read_asks_to_try_later(post: Post, source: Source, settings: Any) -> None:
    settings.OPSFLOWS_KEYS = ["another key"]
    refused(post(source, stripe_body()), 503, "unreadable_source")


def test_the_middleware_answers_as_the_map_does(post: Post, source: Source, client: Client, settings: Any) -> None:
    settings.MIDDLEWARE = ["opsflows.events.middleware.hooks_first"]
    settings.ROOT_URLCONF = "opsflows.api.urls"
    response = post(source, stripe_body("evt_1"))
    assert (response.status_code, int(response["Content-Length"])) == (202, len(response.content))
    assert post(source, stripe_body("evt_1")).status_code == 200
    assert client.post("/hooks/unknown").json()["error"]["code"] == "unknown_token"
    for elsewhere in ("/hooks/", "/hooks", "/token"):
        assert "unknown_token" not in client.post(elsewhere).content.decode()
