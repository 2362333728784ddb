"""Requests with several events, and what a vendor wants for an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Reply, Sample
from opsflows.events import listening
from opsflows.events.models import Event, EventKey, EventPayload, Source

pytestmark = pytest.mark.django_db


class Lists(Preset):
    """Sends a list of events, each a key and a value; tries the address with PUT; wants a word of its own in XML."""

    name = "stripe"
    label = "Lists"
    setup = ""
    handshake_methods = frozenset({"PUT"})

    def authenticate(self, request: InboundRequest, **_: Any) -> None:
        if request.header("x-secret") != "right":
            raise Refused(Refusal.BAD_SIGNATURE, "X-Secret is wrong.")

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [self.event("item", key=item[0], occurred_at=None, data=item) for item in document]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {"X-Secret": sample.secret}

    def handshake(
        self, request: InboundRequest, document: Any, *, secrets: Sequence[str], options: Mapping[str, Any]
    ) -> Reply | None:
        return Reply(b"hello") if document in (None, "hello?") else None

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        return Reply(b"<ok/>", "application/xml") if request.header("x-xml") else None


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch, source: Source, client: Client) -> Any:
    monkeypatch.setattr(listening, "preset", lambda _: Lists())

    def post(body: str, **headers: str) -> Any:
        sent = {"X-Secret": "right"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(source.path, body, content_type="application/json", headers=sent)

    return post


def data() -> dict[str, Any]:
    return {str(payload.event_id): payload.data for payload in EventPayload.objects.all()}


def test_every_event_of_a_request_is_stored_in_order(send: Any) -> None:
    response = send('[["b", 1], ["a", 2], [null, 3]]')
    assert response.status_code == 202
    ids = response.json()["ids"]
    assert response.json()["id"] == ids[0]
    assert ids == sorted(ids)
    assert [data()[event_id] for event_id in ids] == [["b", 1], ["a", 2], [None, 3]]
    assert EventKey.objects.count() == 2


def test_the_body_is_kept_once(send: Any) -> None:
    send('[["a", 1], ["b", 2]]')
    bodies = [bytes(body) for body in EventPayload.objects.values_list("body", flat=True) if body is not None]
    assert bodies == [b'[["a", 1], ["b", 2]]']


def test_known_events_among_new_ones_keep_their_ids(send: Any) -> None:
    first = send('[["a", 1], ["b", 2]]').json()["ids"]
    response = send('[["c", 3], ["b", 9], ["a", 9]]')
    assert response.status_code == 202
    new, *known = response.json()["ids"]
    assert known == [first[1], first[0]]
    assert data()[new] == ["c", 3]
    assert "duplicate" not in response.json()


def test_a_request_of_known_events_is_200(send: Any) -> None:
    first = send('[["a", 1], ["b", 2]]').json()
    response = send('[["a", 1], ["b", 2]]')
    assert (response.status_code, response.json()) == (200, first | {"duplicate": True})


def test_copies_within_one_request_count_as_copies(send: Any) -> None:
    response = send('[["a", 1], ["a", 2], [null, 3], [null, 3]]')
    ids = response.json()["ids"]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert data()[ids[0]] == ["a", 1]


def test_a_single_event_without_a_key_is_new_every_time(send: Any) -> None:
    assert [send("[[null, 1]]").status_code for _ in range(2)] == [202, 202]
    assert not EventKey.objects.exists()


def test_a_request_without_events_is_200(send: Any) -> None:
    response = send("[]")
    assert (response.status_code, response.json()) == (200, {"ids": []})


def test_a_large_request_takes_no_more_statements(send: Any, django_assert_max_num_queries: Any) -> None:
    send('[["warm", 1]]')
    # SQLite takes one for each key; PostgreSQL one for all of it. The catalog and savepoints of the test come on top.
    with django_assert_max_num_queries(3 if connection.vendor == "postgresql" else 1100):
        response = send("[" + ",".join(f'["k{number}", 1]' for number in range(1000)) + "]")
    assert len(set(response.json()["ids"])) == 1000
    assert Event.objects.count() == 1001


def test_a_trial_with_another_method_is_answered_and_stores_nothing(client: Client, source: Source, send: Any) -> None:
    response = client.put(source.path)
    assert (response.status_code, response.content) == (200, b"hello")
    assert client.get(source.path)["Allow"] == "POST, PUT"
    assert not Event.objects.exists()


def test_a_signed_trial_is_answered_and_stores_nothing(send: Any) -> None:
    assert send('"hello?"').content == b"hello"
    assert send('"hello?"', X_Secret="wrong").status_code == 401
    assert not Event.objects.exists()


@pytest.mark.parametrize(("sent", "status"), [("one", 202), ("a\x00b", 400), ("\ud800", 400)])
def test_what_a_preset_makes_of_a_form_is_checked_as_json_is(
    send: Any, monkeypatch: pytest.MonkeyPatch, sent: str, status: int
) -> None:
    event = InboundEvent("form.sent", None, None, {"field": sent})
    monkeypatch.setattr(Lists, "json_text", lambda *_: None)
    monkeypatch.setattr(Lists, "handshake", lambda *_, **__: None)
    monkeypatch.setattr(Lists, "read", lambda *_, **__: [event])
    assert send("field=one").status_code == status
    assert Event.objects.count() == (1 if status == 202 else 0)


def test_the_vendors_own_acknowledgement_comes_after_storing(send: Any) -> None:
    response = send('[["a", 1]]', X_Xml="1")
    assert (response.content, response["Content-Type"]) == (b"<ok/>", "application/xml")
    assert Event.objects.count() == 1
