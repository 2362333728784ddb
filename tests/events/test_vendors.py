"""Vendors at the front door: a batch in one commit, a trial of the address, a request without a body."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.create_source import create_source
from opsflows.events.models import Event, EventPayload, Source
from tests.connectors.written import written

pytestmark = pytest.mark.django_db

SECRET = "sharedsecretvalue"
TRACK, IDENTIFY = written("segment/track.json"), written("segment/identify.json")
BATCH = b"[" + TRACK + b"," + IDENTIFY + b"]"


@pytest.fixture
def made(account: PlatformAccount, actor: Actor) -> Callable[[str], Source]:
    return lambda connector: create_source(
        actor=actor, account=account, name=connector, connector=connector, secret=SECRET, now=timezone.now()
    )


def post_batch(client: Client, source: Source, **headers: str) -> HttpResponse:
    mac = hmac.new(SECRET.encode(), TRACK, hashlib.sha1).hexdigest()
    return client.post(source.path, BATCH, content_type="application/json", headers={"X-Signature": mac} | headers)


def test_a_batch_becomes_several_events_and_its_copy_none(client: Client, made: Callable[[str], Source]) -> None:
    source = made("segment")
    first = post_batch(client, source, Authorization=f"Bearer {SECRET}")
    assert first.status_code == 202
    events = list(Event.objects.order_by("pk"))
    assert [str(event.pk) for event in events] == first.json()["ids"]
    assert [event.name for event in events] == ["segment.track.order_completed", "segment.identify"]
    payloads = [EventPayload.objects.get(event=event) for event in events]
    assert [payload.data["messageId"] for payload in payloads] == [
        json.loads(each)["messageId"] for each in (TRACK, IDENTIFY)
    ]
    assert bytes(payloads[0].body) == BATCH
    assert SECRET not in json.dumps(payloads[0].headers)
    again = post_batch(client, source, Authorization=f"Bearer {SECRET}")
    assert (again.status_code, again.json()["ids"]) == (200, first.json()["ids"])


def test_a_batch_that_is_proven_in_part_is_refused_as_a_whole(client: Client, made: Callable[[str], Source]) -> None:
    response = post_batch(client, made("segment"))
    assert (response.status_code, response.json()["error"]["code"]) == (401, "missing_signature")
    assert "batching off" in response.json()["error"]["message"]
    assert not Event.objects.exists()


def test_intercom_may_try_the_address(client: Client, made: Callable[[str], Source]) -> None:
    assert client.head(made("intercom").path).status_code == 200
    assert client.head(made("attio").path).status_code == 405


def test_a_request_without_a_body_is_an_event(client: Client, made: Callable[[str], Source]) -> None:
    sent = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {
        "X-Zendesk-Webhook-Signature": b64encode(hmac.digest(SECRET.encode(), sent.encode(), "sha256")).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": sent,
        "X-Zendesk-Webhook-Invocation-Id": "8350205582",
    }
    source = made("zendesk")
    assert client.generic("POST", source.path, b"", content_type="", headers=headers).status_code == 202
    assert client.generic("POST", source.path, b"", content_type="", headers=headers).json()["duplicate"] is True
    event = Event.objects.get()
    assert (event.name, EventPayload.objects.get(event=event).data) == ("zendesk.trigger", {})
