"""Attio: `Attio-Signature: <hex>`, HMAC-SHA256 over the body; the body is a list of events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "Attio-Signature"
_KEY: Final = "Idempotency-Key"


class Attio(Preset):
    """Changes in an Attio workspace, such as `attio.record.updated`; each event of a message is an event here.

    The key is the message's; Attio sends one event a message today, and any further ones get their place added to it.
    Events carry no time of their own.
    """

    name: ClassVar[str] = "attio"
    label: ClassVar[str] = "Attio"
    setup: ClassVar[str] = (
        "In Attio open Workspace settings, Developers, your integration, and add a webhook with this source's URL and "
        "the events to send. Then copy the webhook's secret from its page and enter it here."
    )

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing.")
        expected = [signature(utf8(secret), request.body) for secret in secrets]
        require_match(
            expected, [received], f"{_HEADER} doesn't match; check that the source holds this webhook's secret."
        )

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        listed = dig(document, "events")
        if not isinstance(listed, list):
            raise self.malformed("An Attio webhook is an object with events, a list.")
        key = text(request.header(_KEY))
        return [self._read_one(each, f"{key}:{place}" if key and place else key) for place, each in enumerate(listed)]

    def _read_one(self, each: Any, key: str | None) -> InboundEvent:
        name = text(dig(each, "event_type"))
        if name is None:
            raise self.malformed("Each of an Attio webhook's events is an object with event_type, as text.")
        return self.event(name, key=key, occurred_at=None, data=each)

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {_KEY: sample.key, _HEADER: signature(utf8(sample.secret), sample.body)}
