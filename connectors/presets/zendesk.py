"""Zendesk: base64 HMAC-SHA256 over the timestamp header followed by the body, which may be empty."""

import re
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
from connectors.options import Option
from connectors.places import dig, first_text, places_problem, text
from connectors.signatures import signature, utf8

_SIGNATURE: Final = "X-Zendesk-Webhook-Signature"
_TIMESTAMP: Final = "X-Zendesk-Webhook-Signature-Timestamp"
_INVOCATION: Final = "X-Zendesk-Webhook-Invocation-Id"
_EVENT: Final = "zen:event-type:"
#: Zendesk names none; ten minutes is the house's own for such schemes.
_TOLERANCE: Final = timedelta(minutes=10)
# The time and the body are signed without anything between them. With one spelling of the time, which ends in Z, no
# piece of the one can be passed off as a piece of the other.
_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z\Z")


class Zendesk(Preset):
    """Webhooks subscribed to Zendesk events, and those of triggers and automations, whose body staff write themselves.

    Deduplicated by the invocation, which is the same for all attempts.
    """

    name: ClassVar[str] = "zendesk"
    label: ClassVar[str] = "Zendesk"
    setup: ClassVar[str] = (
        "In Zendesk's Admin Center open Apps and integrations, Webhooks, and create one with this source's URL, method "
        "POST and format JSON. Then choose Reveal secret on the webhook's page and enter that secret here. Where a "
        "trigger or automation sends, put a field “type” with the event's name, such as ticket.escalated, into its "
        "JSON."
    )
    content_type_help: ClassVar[str] = "In the webhook's settings in Zendesk choose JSON as request format."
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "name_from",
            "Event name from",
            default="body:type, fixed:trigger",
            required=True,
            check=places_problem,
            help="Where the event's name stands: body:type, body:event.name or fixed:ticket.escalated.",
        ),
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def check_content_type(self, request: InboundRequest) -> None:
        # Without a body there is nothing to say the type of.
        if request.body or request.content_type:
            super().check_content_type(request)

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received, timestamp = request.header(_SIGNATURE), request.header(_TIMESTAMP)
        if not (received and timestamp):
            raise Refused(Refusal.MISSING_SIGNATURE, f"The headers {_SIGNATURE} and {_TIMESTAMP} are both needed.")
        sent_at = signed_moment(timestamp, "iso") if _WRITTEN.match(timestamp) else None
        if sent_at is None:
            raise Refused(Refusal.BAD_SIGNATURE, f"{_TIMESTAMP} is written such as 2026-03-01T12:00:00Z.")
        expected = [_signature(secret, timestamp, request.body) for secret in secrets]
        detail = f"{_SIGNATURE} doesn't match; check that the source holds this webhook's own signing secret."
        require_match(expected, [received], detail)
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def json_text(self, request: InboundRequest) -> bytes | None:
        return request.body or None

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        written = self.settings(options)["name_from"]
        name = first_text(written, request, document)
        if name is None:
            raise self.malformed(f"The event's name is missing; this source takes it from {written}.")
        key = text(request.header(_INVOCATION)) or text(dig(document, "id"))
        occurred_at = moment(dig(document, "time"))
        data = {} if document is None else document
        return [self.event(name.removeprefix(_EVENT), key=key, occurred_at=occurred_at, data=data)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        timestamp = write_moment(sample.now, "iso")
        return {
            _INVOCATION: sample.key,
            _TIMESTAMP: timestamp,
            _SIGNATURE: _signature(sample.secret, timestamp, sample.body),
        }


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return signature(utf8(secret), utf8(timestamp) + body, encoding="base64")
