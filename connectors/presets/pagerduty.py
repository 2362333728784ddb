"""PagerDuty (V3): `X-PagerDuty-Signature: v1=<hex>`, several during a rotation; HMAC-SHA256 over the body."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.moments import moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-PagerDuty-Signature"


class PagerDuty(Preset):
    """Events of a V3 webhook subscription, such as `pagerduty.incident.triggered`; a test is `pagerduty.pagey.ping`."""

    name: ClassVar[str] = "pagerduty"
    label: ClassVar[str] = "PagerDuty"
    setup: ClassVar[str] = (
        "In PagerDuty open Integrations, Generic Webhooks (v3), New Webhook, and enter this source's URL; choose the "
        "events to send. PagerDuty then shows the signing secret once: copy it and enter it here."
    )

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        header = request.header(_HEADER)
        if not header:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing; send V3 webhooks.")
        received = header.split(",")
        if not all("=" in token for token in received):
            raise Refused(Refusal.BAD_SIGNATURE, f"The {_HEADER} header is written v1=<signature>,v1=<signature>.")
        expected = [_signature(secret, request.body) for secret in secrets]
        detail = f"No v1 signature in {_HEADER} matches; check that the source holds this subscription's secret."
        require_match(expected, received, detail)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        name, key = text(dig(document, "event.event_type")), text(dig(document, "event.id"))
        if name is None or key is None:
            raise self.malformed("A PagerDuty V3 webhook is an object with event.event_type and event.id, as texts.")
        return [self.event(name, key=key, occurred_at=moment(dig(document, "event.occurred_at")), data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {_HEADER: _signature(sample.secret, sample.body)}


def _signature(secret: str, body: bytes) -> str:
    return "v1=" + signature(utf8(secret), body)
