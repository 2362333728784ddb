"""Standard Webhooks: three headers; `v1` is HMAC-SHA256 and `v1a` Ed25519 over `<id>.<timestamp>.<body>`."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_recent
from connectors.moments import moment, signed_moment, write_moment
from connectors.options import Option
from connectors.places import dig, first_text, places_problem, text
from connectors.signatures import from_base64, matches, signature, utf8

_TOLERANCE: Final = timedelta(seconds=300)
_SYMMETRIC, _PUBLIC, _PRIVATE = "whsec_", "whpk_", "whsk_"


class StandardWebhooks(Preset):
    """Any sender that follows the Standard Webhooks specification, with shared secrets or public keys."""

    name: ClassVar[str] = "standard_webhooks"
    label: ClassVar[str] = "Standard Webhooks"
    setup: ClassVar[str] = (
        "In the sender's webhook settings add an endpoint with this source's URL. Then copy the endpoint's signing "
        "secret (whsec_…), or the public key (whpk_…) of a sender that signs with Ed25519, and enter it here."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "name_from",
            "Event name from",
            default="body:type",
            required=True,
            check=places_problem,
            help="Where the event's name stands: body:type, header:X-Event-Type or fixed:order.created.",
        ),
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def check_secret(self, secret: str) -> str | None:
        if problem := super().check_secret(secret):
            return problem
        if secret.startswith(_PRIVATE):
            return "This is the sender's private key; enter the public one (whpk_…)."
        if not _hmac_keys(secret) and _public_key(secret) is None:
            return "The secret isn't complete: base64 is expected after whsec_, 32 bytes in base64 after whpk_."
        return None

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        message_id, timestamp, received = map(request.header, ("webhook-id", "webhook-timestamp", "webhook-signature"))
        if not (message_id and timestamp and received):
            detail = "The headers webhook-id, webhook-timestamp and webhook-signature are all needed."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        sent_at = signed_moment(timestamp)
        if sent_at is None:
            raise Refused(Refusal.BAD_SIGNATURE, "webhook-timestamp is the Unix time in whole seconds.")
        content = _content(message_id, timestamp, request.body)
        tokens = received.split(" ")
        if not (_matches_hmac(secrets, content, tokens) or _matches_ed25519(secrets, content, tokens)):
            detail = "No signature in webhook-signature matches; check that the source holds this endpoint's secret."
            raise Refused(Refusal.BAD_SIGNATURE, detail)
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        written = self.settings(options)["name_from"]
        name = first_text(written, request, document)
        if name is None:
            raise self.malformed(f"The event's name is missing; this source takes it from {written}.")
        key = text(request.header("webhook-id"))
        return [self.event(name, key=key, occurred_at=moment(dig(document, "timestamp")), data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        timestamp = write_moment(sample.now)
        return {
            "webhook-id": sample.key,
            "webhook-timestamp": timestamp,
            "webhook-signature": _sign(sample.secret, _content(sample.key, timestamp, sample.body)),
        }


def _content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return utf8(f"{message_id}.{timestamp}.") + body


def _sign(secret: str, content: bytes) -> str:
    if secret.startswith(_PRIVATE):
        seed = (from_base64(secret.removeprefix(_PRIVATE)) or b"")[:32]
        return "v1a," + base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(content)).decode()
    if keys := _hmac_keys(secret):
        return "v1," + signature(keys[0], content, encoding="base64")
    raise ValueError("Signing needs a shared secret (whsec_…) or a private key (whsk_…).")


def _hmac_keys(secret: str) -> list[bytes]:
    """The keys a secret may stand for: base64 after `whsec_`; without a prefix base64 as well as the plain text."""
    # A blank before the prefix must not turn a public key, which anybody knows, into a shared secret.
    secret = secret.strip()
    if secret.startswith((_PUBLIC, _PRIVATE)):
        return []
    decoded = from_base64(secret.removeprefix(_SYMMETRIC))
    plain = None if secret.startswith(_SYMMETRIC) else utf8(secret)
    return [key for key in (decoded, plain) if key]


def _public_key(secret: str) -> Ed25519PublicKey | None:
    raw = from_base64(secret.removeprefix(_PUBLIC)) if secret.startswith(_PUBLIC) else None
    return Ed25519PublicKey.from_public_bytes(raw) if raw is not None and len(raw) == 32 else None


def _matches_hmac(secrets: Sequence[str], content: bytes, tokens: Sequence[str]) -> bool:
    expected = ["v1," + signature(key, content, encoding="base64") for secret in secrets for key in _hmac_keys(secret)]
    return matches(expected, tokens)


def _matches_ed25519(secrets: Sequence[str], content: bytes, tokens: Sequence[str]) -> bool:
    keys = [key for key in map(_public_key, secrets) if key is not None]
    received = [token.removeprefix("v1a,") for token in tokens if token.startswith("v1a,")]
    return any(_is_signed(key, written, content) for key in keys for written in received)


def _is_signed(key: Ed25519PublicKey, written: str, content: bytes) -> bool:
    raw = from_base64(written)
    # The last character of base64 may hold bits that decode to nothing; only the one canonical spelling is taken.
    if raw is None or base64.b64encode(raw).decode() != written:
        return False
    try:
        key.verify(raw, content)
    except InvalidSignature:
        return False
    return True
