"""Segment: `X-Signature: <hex>`, HMAC-SHA1 over the body; of a batch, over its first event alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.moments import moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-Signature"
# A string, to its end or to the end of the text, or a bracket: enough to find where the first object ends, at one
# look a byte whatever the body is made of.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.DOTALL)


class Segment(Preset):
    """Calls that a Segment webhook destination passes on, such as `segment.track.order_completed`, `segment.identify`.

    A batch becomes one event for each call. Segment's signature covers only the first of them, so that whoever has seen
    one signed call could put others of their own behind it. A batch of several is therefore taken only if it also
    carries `Authorization: Bearer <shared secret>`, a header that Segment lets its users add; without it the batch is
    refused as a whole, and nothing that isn't proven is stored.
    """

    name: ClassVar[str] = "segment"
    label: ClassVar[str] = "Segment"
    setup: ClassVar[str] = (
        "In Segment add the destination Webhooks (Actions), make up a long Shared Secret in its settings, and enter "
        "the same one here. In its mapping enter this source's URL, and leave Data at the whole event. Either keep "
        "batching off, or add the header Authorization with the value “Bearer ” and the same secret: Segment signs "
        "only the first event of a batch, so batches without this header are refused."
    )

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            detail = f"The {_HEADER} header is missing; enter a Shared Secret in the destination's settings in Segment."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        expected = [_signature(secret, request.body) for secret in secrets]
        require_match(expected, [received], f"{_HEADER} doesn't match; check that both sides hold the same secret.")
        if _is_unsigned_in_part(request.body):
            detail = (
                "Segment signs only the first event of a batch. In the destination's mapping turn batching off, or add "
                "the header Authorization with “Bearer ” and the shared secret."
            )
            given = request.header("Authorization")
            if not given:
                raise Refused(Refusal.MISSING_SIGNATURE, detail)
            require_match([f"Bearer {secret}" for secret in secrets], [given], detail)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [self._read_one(call) for call in (document if isinstance(document, list) else [document])]

    def _read_one(self, call: Any) -> InboundEvent:
        kind = text(dig(call, "type"))
        if kind is None:
            raise self.malformed("A Segment call is an object with its type, as text; send the whole event.")
        what = text(dig(call, "event")) if kind == "track" else None
        return self.event(
            f"{kind}.{what}" if what else kind,
            key=text(dig(call, "messageId")),
            occurred_at=moment(dig(call, "timestamp")),
            data=call,
        )

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        headers = {_HEADER: _signature(sample.secret, sample.body)}
        return headers | ({"Authorization": f"Bearer {sample.secret}"} if _is_unsigned_in_part(sample.body) else {})


def _signature(secret: str, body: bytes) -> str:
    return signature(utf8(secret), _signed(body), algorithm="sha1")


def _signed(body: bytes) -> bytes:
    """What Segment signs: the body, or the first object of a list."""
    if not body.startswith(b"[{"):
        return body
    depth = 0
    for token in _TOKEN.finditer(body, 1):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token[0], 0)
        if depth == 0:
            return body[1 : token.end()]
    return body


def _is_unsigned_in_part(body: bytes) -> bool:
    signed = _signed(body)
    return signed is not body and body != b"[" + signed + b"]"
