"""Typeform: `Typeform-Signature: sha256=<base64>`, HMAC-SHA256 over the body."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.moments import moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "Typeform-Signature"


class Typeform(Preset):
    """Answers to a form: `typeform.form_response`, and `typeform.form_response_partial` of those who left midway."""

    name: ClassVar[str] = "typeform"
    label: ClassVar[str] = "Typeform"
    setup: ClassVar[str] = (
        "In Typeform open the form, Connect, Webhooks, and add a webhook with this source's URL. In its settings make "
        "up a long secret, save it there, and enter the same one here. Each form has its own webhook."
    )

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            detail = f"The {_HEADER} header is missing; enter a secret in the webhook's settings in Typeform."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        expected = [_signature(secret, request.body) for secret in secrets]
        require_match(expected, [received], f"{_HEADER} doesn't match; check that both sides hold the same secret.")

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        name, key = text(dig(document, "event_type")), text(dig(document, "event_id"))
        if name is None or key is None:
            raise self.malformed("A Typeform payload is an object with event_type and event_id, as texts.")
        # Partial answers were never submitted; for them the time of receipt counts.
        occurred_at = moment(dig(document, "form_response.submitted_at"))
        return [self.event(name, key=key, occurred_at=occurred_at, data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {_HEADER: _signature(sample.secret, sample.body)}


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + signature(utf8(secret), body, encoding="base64")
