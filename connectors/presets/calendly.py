"""Calendly: `Calendly-Webhook-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
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

_HEADER: Final = "Calendly-Webhook-Signature"
_TOLERANCE: Final = timedelta(seconds=180)


class Calendly(Preset):
    """Bookings and cancellations: `calendly.invitee.created`, `calendly.invitee.canceled`.

    Calendly gives its webhooks no id. The hash of the body stands for one: the body says to the microsecond when the
    event happened and whom it is about, so two of one hash are one event, while a copy that Calendly writes otherwise
    counts as new.
    """

    name: ClassVar[str] = "calendly"
    label: ClassVar[str] = "Calendly"
    setup: ClassVar[str] = (
        "Calendly's webhooks are created through its API: POST /webhook_subscriptions with this source's address as "
        "url, the events wanted, and a long signing_key that you make up; enter the same key here. For an OAuth app "
        "enter the webhook signing key that Calendly showed when the app was created."
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        header = request.header(_HEADER)
        if not header:
            detail = f"The {_HEADER} header is missing; create the webhook subscription with a signing_key."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        fields = [item.partition("=") for item in header.split(",")]
        timestamp = next((value for scheme, _, value in fields if scheme == "t"), "")
        sent_at = signed_moment(timestamp)
        if sent_at is None or not all(equals for _, equals, _ in fields):
            detail = f"The {_HEADER} header is written t=<Unix time in whole seconds>,v1=<signature>."
            raise Refused(Refusal.BAD_SIGNATURE, detail)
        expected = [_signature(secret, timestamp, request.body) for secret in secrets]
        received = [value for scheme, _, value in fields if scheme == "v1"]
        detail = f"No v1 signature in {_HEADER} matches; check that the source holds the subscription's signing key."
        require_match(expected, received, detail)
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        name, created_at = text(dig(document, "event")), dig(document, "created_at")
        if name is None:
            raise self.malformed("A Calendly webhook is an object with its event's name in event, as text.")
        key = sha256(request.body).hexdigest() if text(created_at) else None
        return [self.event(name, key=key, occurred_at=moment(created_at), data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        timestamp = write_moment(sample.now)
        return {_HEADER: f"t={timestamp},v1={_signature(sample.secret, timestamp, sample.body)}"}


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return signature(utf8(secret), utf8(timestamp) + b"." + body)
