"""HubSpot: v3 is base64 HMAC-SHA256 over method, URL, body and time; the older v2 and v1 are plain SHA-256."""

import re
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
from connectors.options import Option
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_V3_HEADER: Final = "X-HubSpot-Signature-v3"
_TIMESTAMP: Final = "X-HubSpot-Request-Timestamp"
_OLD_HEADER: Final = "X-HubSpot-Signature"
_OLD_VERSION: Final = "X-HubSpot-Signature-Version"
_TOLERANCE: Final = timedelta(seconds=300)
_ESCAPES: Final = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""Those of `: / ? @ ! $ ' ( ) * , ;`, which HubSpot's guide wants decoded before a v3 signature is computed."""
_IDENTITY: Final = ("eventId", "portalId", "subscriptionId", "objectId", "occurredAt")


class HubSpot(Preset):
    """Webhook subscriptions of an app: `hubspot.contact.creation`, `hubspot.deal.property_change`."""

    name: ClassVar[str] = "hubspot"
    label: ClassVar[str] = "HubSpot"
    setup: ClassVar[str] = (
        "In your HubSpot app open Webhooks, enter this source's URL as Target URL, and subscribe to events. Then copy "
        "the app's client secret (under Auth) and enter it here. HubSpot signs the URL, so it must be the public one "
        "that this page shows, to the letter."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "signature",
            "Signature version",
            default="v3",
            choices=("v3", "v2", "v1"),
            help="Every app gets v3. v2 and v1 sign no time: whoever has one signed request can send it again.",
        ),
    )

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return bool(options.get("signature", "v3") == "v3")

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        if settings["signature"] == "v3":
            _require_v3(request, secrets, now=now)
        else:
            _require_older(request, secrets, settings["signature"])

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        if not isinstance(document, list):
            raise self.malformed("HubSpot sends a list of events.")
        return [self._read_one(each) for each in document]

    def _read_one(self, each: Any) -> InboundEvent:
        # Documentation and some accounts still say eventType.
        name = text(dig(each, "subscriptionType")) or text(dig(each, "eventType"))
        if name is None or text(dig(each, "eventId")) is None:
            raise self.malformed("Each of HubSpot's events is an object with subscriptionType and eventId.")
        # HubSpot says of eventId that it isn't guaranteed to be unique; what else identifies a notification keeps two
        # events apart, and repeats in its copies as well.
        key = ":".join(text(dig(each, part)) or "" for part in _IDENTITY)
        return self.event(name, key=key, occurred_at=moment(dig(each, "occurredAt")), data=each)

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        version = sample.settings["signature"]
        if version != "v3":
            written = _older(version, sample.secret, "POST", sample.url, sample.body)
            return {_OLD_VERSION: version, _OLD_HEADER: written}
        timestamp = write_moment(sample.now, "milliseconds")
        written = _v3(sample.secret, "POST", _ESCAPES.sub(_decode, sample.url), sample.body, timestamp)
        return {_TIMESTAMP: timestamp, _V3_HEADER: written}


def _require_v3(request: InboundRequest, secrets: Sequence[str], *, now: datetime) -> None:
    received, timestamp = request.header(_V3_HEADER), request.header(_TIMESTAMP)
    if not (received and timestamp):
        raise Refused(Refusal.MISSING_SIGNATURE, f"The headers {_V3_HEADER} and {_TIMESTAMP} are both needed.")
    sent_at = signed_moment(timestamp, "milliseconds")
    if sent_at is None:
        raise Refused(Refusal.BAD_SIGNATURE, f"{_TIMESTAMP} is the Unix time in whole milliseconds.")
    # HubSpot's guide decodes parts of the URL, its SDKs don't; a URL without such parts is the same either way.
    urls = {request.url, _ESCAPES.sub(_decode, request.url)}
    expected = [_v3(secret, request.method, url, request.body, timestamp) for secret in secrets for url in urls]
    detail = f"{_V3_HEADER} doesn't match; check the app's client secret, and that HubSpot holds this source's URL."
    require_match(expected, [received], detail)
    require_recent(sent_at, now=now, tolerance=_TOLERANCE)


def _require_older(request: InboundRequest, secrets: Sequence[str], version: str) -> None:
    received = request.header(_OLD_HEADER)
    if not received:
        raise Refused(Refusal.MISSING_SIGNATURE, f"The {_OLD_HEADER} header is missing.")
    if request.header(_OLD_VERSION) not in {"", version}:
        detail = f"{_OLD_VERSION} names another version than {version}, which this source takes; choose that or v3."
        raise Refused(Refusal.BAD_SIGNATURE, detail)
    expected = [_older(version, secret, request.method, request.url, request.body) for secret in secrets]
    require_match(expected, [received], f"{_OLD_HEADER} doesn't match; check the app's client secret.")


def _v3(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    return signature(utf8(secret), utf8(method + url) + body + utf8(timestamp), encoding="base64")


def _older(version: str, secret: str, method: str, url: str, body: bytes) -> str:
    before = secret + method + url if version == "v2" else secret
    return sha256(utf8(before) + body).hexdigest()


def _decode(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))
