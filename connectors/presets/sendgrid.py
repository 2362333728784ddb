"""SendGrid: ECDSA on P-256 over timestamp and body, in DER and base64; one request carries a list of events."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_recent
from connectors.moments import moment, signed_moment, write_moment
from connectors.places import dig, text
from connectors.signatures import from_base64, utf8

_HEADER: Final = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP: Final = "X-Twilio-Email-Event-Webhook-Timestamp"
# SendGrid names no tolerance.
_TOLERANCE: Final = timedelta(minutes=10)
_ARMOUR: Final = re.compile(r"-----[A-Z ]+-----|\s")


class SendGrid(Preset):
    """The Event Webhook: every delivery, open, click or bounce is an event, such as `sendgrid.delivered`."""

    name: ClassVar[str] = "sendgrid"
    label: ClassVar[str] = "SendGrid"
    setup: ClassVar[str] = (
        "In SendGrid open Settings, Mail Settings, Event Webhooks, and create one with this source's URL. Enable "
        "Signed Event Webhook under its security features, then copy the Verification Key shown there and enter it "
        "here."
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def check_secret(self, secret: str) -> str | None:
        if problem := super().check_secret(secret):
            return problem
        if _private_key(secret) is not None:
            return "This is a private key; enter the Verification Key that SendGrid shows, which is public."
        if _public_key(secret) is None:
            return "The key isn't complete: SendGrid's Verification Key is base64 and begins with MFkw."
        return None

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received, timestamp = request.header(_HEADER), request.header(_TIMESTAMP)
        if not (received and timestamp):
            detail = f"The headers {_HEADER} and {_TIMESTAMP} are both needed; enable Signed Event Webhook in SendGrid."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        sent_at = signed_moment(timestamp)
        if sent_at is None:
            raise Refused(Refusal.BAD_SIGNATURE, f"{_TIMESTAMP} is the Unix time in whole seconds.")
        content = utf8(timestamp) + request.body
        if not any(_is_signed(key, received, content) for key in map(_public_key, secrets) if key is not None):
            detail = f"{_HEADER} doesn't match; check that the source holds this webhook's Verification Key."
            raise Refused(Refusal.BAD_SIGNATURE, detail)
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        if not isinstance(document, list):
            raise self.malformed("SendGrid sends a list of events.")
        return [self._read_one(each) for each in document]

    def _read_one(self, each: Any) -> InboundEvent:
        name = text(dig(each, "event"))
        if name is None:
            raise self.malformed("Each of SendGrid's events is an object that names its event.")
        # Some kinds of event carry no sg_event_id; such an event cannot be told from its copies.
        key, occurred_at = text(dig(each, "sg_event_id")), moment(dig(each, "timestamp"))
        return self.event(name, key=key, occurred_at=occurred_at, data=each)

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        key = _private_key(sample.secret)
        if key is None:
            raise ValueError("Signing needs a private key; SendGrid's Verification Key can only verify.")
        timestamp = write_moment(sample.now)
        raw = key.sign(utf8(timestamp) + sample.body, ECDSA(SHA256(), deterministic_signing=True))
        return {_TIMESTAMP: timestamp, _HEADER: base64.b64encode(raw).decode()}


def _public_key(secret: str) -> EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(from_base64(_ARMOUR.sub("", secret)) or b"")
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) else None


def _private_key(secret: str) -> EllipticCurvePrivateKey | None:
    try:
        key = load_der_private_key(from_base64(_ARMOUR.sub("", secret)) or b"", password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else None


def _is_signed(key: EllipticCurvePublicKey, written: str, content: bytes) -> bool:
    raw = from_base64(written)
    # The last character of base64 may hold bits that decode to nothing; only the one canonical spelling is taken.
    if raw is None or base64.b64encode(raw).decode() != written:
        return False
    try:
        key.verify(raw, content, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
