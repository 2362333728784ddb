"""What a preset inherits, shown on a vendor that needs every hook: the base is enough, untouched."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Reply, Sample
from tests.connectors.inbound import NOW, inbound, refusal, signed


class Rich(Preset):
    """Form bodies with JSON in a field, several events, a challenge by GET, and an answer of its own."""

    name: ClassVar[str] = "rich"
    label: ClassVar[str] = "Rich"
    setup: ClassVar[str] = "Nothing to set up."
    content_types: ClassVar[frozenset[str]] = frozenset({"application/x-www-form-urlencoded"})
    sample_content_type: ClassVar[str] = "application/x-www-form-urlencoded"
    handshake_methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        if request.header("X-Url-And-Secret") not in [request.url + secret for secret in secrets]:
            raise Refused(Refusal.BAD_SIGNATURE, "X-Url-And-Secret doesn't match.")

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {"X-Url-And-Secret": sample.url + sample.secret}

    def json_text(self, request: InboundRequest) -> bytes | None:
        return parse_qs(request.body)[b"payload"][0]

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [self.event(each["name"], key=each["id"], occurred_at=None, data=each) for each in document]

    def handshake(
        self, request: InboundRequest, document: Any, *, secrets: Sequence[str], options: Mapping[str, Any]
    ) -> Reply | None:
        return Reply(b"challenge") if request.method == "GET" else None

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        return Reply(b"<Ack/>", content_type="text/xml")


RICH = Rich()


def test_a_vendor_that_needs_everything_fits_in_one_file() -> None:
    body = b'payload=[{"name":"orders/create","id":"1"},{"name":"contact.propertyChange","id":""}]'
    request = signed(RICH, body, secret="s")
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert refusal(RICH, request, "s") is None
    document = json.loads(RICH.json_text(request) or b"")
    events = RICH.read(request, document, options={})
    assert [(event.name, event.key) for event in events] == [
        ("rich.orders.create", "1"),
        ("rich.contact.property_change", None),
    ]
    assert RICH.handshake(request, document, secrets=["s"], options={}) is None
    assert RICH.acknowledge(request, events) == Reply(b"<Ack/>", "text/xml")


@pytest.mark.parametrize("secrets", [[], [""], [" ", "\n"]])
def test_a_source_without_a_secret_takes_nothing(secrets: list[str]) -> None:
    assert refusal(RICH, inbound(b"", {"X-Url-And-Secret": "https://ops.example.com/hooks/abc"}), *secrets) is (
        Refusal.MISCONFIGURED
    )


def test_unknown_options_are_problems() -> None:
    assert RICH.check_options({"x": 1}) == [("x", "There is no such option; this preset has none.")]
    with pytest.raises(Refused) as caught:
        RICH.verify(inbound(b"", {}), secrets=["s"], options={"x": 1}, now=NOW)
    assert caught.value.reason is Refusal.MISCONFIGURED


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("application/json", True),
        ("application/cloudevents+json", True),
        ("text/plain", False),
        ("text/x+json", False),
        ("", False),
    ],
)
def test_content_types(content_type: str, accepted: bool) -> None:
    class Json(Rich):
        content_types: ClassVar[frozenset[str]] = Preset.content_types

    request = inbound(b"{}", {}, content_type)
    if accepted:
        Json().check_content_type(request)
    else:
        with pytest.raises(Refused, match="send application/json") as caught:
            Json().check_content_type(request)
        assert caught.value.reason is Refusal.UNSUPPORTED_TYPE


def test_headers_are_found_in_any_case() -> None:
    assert inbound(b"", {"X-Thing": "1"}).header("x-THING") == "1"
    assert inbound(b"", {}).header("x-thing") == ""


def test_reasons_carry_their_status() -> None:
    assert {reason.value: reason.status for reason in Refusal} == {
        "bad_signature": 401,
        "missing_signature": 401,
        "stale_timestamp": 401,
        "future_timestamp": 401,
        "malformed_body": 400,
        "unsupported_content_type": 415,
        "misconfigured_source": 401,
    }
