"""Stripe: `Stripe-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.base import (
    InboundEvent,
    InboundRequest,
    Preset,
    Refusal,
    Refused,
    Sample,
    require_match,
    require_recent,
)
from connectors.moments import moment, signed_moment, write_moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "Stripe-Signature"
_TOLERANCE: Final = timedelta(seconds=300)


class Stripe(Preset):
    """Events of a Stripe webhook endpoint, snapshot (`event`) and thin (`v2.core.event`)."""

    name: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    setup: ClassVar[str] = (
        "In the Stripe Dashboard open Developers, Webhooks, and add an endpoint with this source's URL; choose the "
        "events to send. Then reveal the endpoint's signing secret (whsec_…) and enter it here; each endpoint has its "
        "own."
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        header = request.header(_HEADER)
        if not header:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing.")
        fields = [item.partition("=") for item in header.split(",")]
        timestamp = next((value for scheme, _, value in fields if scheme == "t"), "")
        sent_at = signed_moment(timestamp)
        if sent_at is None or not all(equals for _, equals, _ in fields):
            detail = f"The {_HEADER} header is written t=<Unix time in whole seconds>,v1=<signature>."
            raise Refused(Refusal.BAD_SIGNATURE, detail)
        expected = [_signature(secret, timestamp, request.body) for secret in secrets]
        # v0 is what Stripe adds to test events; only v1 counts, or a weaker scheme could be chosen by the sender.
        received = [value for scheme, _, value in fields if scheme == "v1"]
        detail = f"No v1 signature in {_HEADER} matches; check that the source holds this endpoint's signing secret."
        require_match(expected, received, detail)
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        name, key = text(dig(document, "type")), text(dig(document, "id"))
        if name is None or key is None:
            raise self.malformed("A Stripe event is an object with id and type, as texts.")
        return [self.event(name, key=key, occurred_at=moment(dig(document, "created")), data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        timestamp = write_moment(sample.now)
        return {_HEADER: f"t={timestamp},v1={_signature(sample.secret, timestamp, sample.body)}"}


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return signature(utf8(secret), utf8(timestamp) + b"." + body)
