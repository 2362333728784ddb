"""Twilio: `X-Twilio-Signature: <base64>`, HMAC-SHA1 over the URL and the sorted form; JSON is hashed into the URL."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Reply, Sample, require_match
from connectors.forms import form_pairs
from connectors.moments import moment
from connectors.places import dig, text
from connectors.signatures import Algorithm, signature, utf8

_HEADER: Final = "X-Twilio-Signature"
_SETTINGS: Final = "X-Twilio-Webhooks-Signature-Settings"
_TOKEN: Final = "I-Twilio-Idempotency-Token"  # noqa: S105 (the name of a header)
_BODY_HASH: Final = "bodySHA256"
_FORM: Final = "application/x-www-form-urlencoded"
_ALGORITHMS: Final[Mapping[str, Algorithm]] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_PORT: Final = re.compile(r":[0-9]*\Z")
_NAMED_BY: Final = (
    ("MessageStatus", "message."),
    ("EventType", ""),
    ("RecordingStatus", "recording."),
    ("TranscriptionStatus", "transcription."),
    ("StatusCallbackEvent", ""),
    ("CallStatus", "call."),
    ("SmsStatus", "message."),
)
"""The fields that say what happened, the one that says most first, and what goes before them in the event's name."""

Fields = Mapping[str, list[str]]


class Twilio(Preset):
    """Messages and calls as forms (`twilio.message.delivered`, `twilio.call.completed`), Event Streams as JSON."""

    name: ClassVar[str] = "twilio"
    label: ClassVar[str] = "Twilio"
    setup: ClassVar[str] = (
        "In the Twilio Console enter this source's URL where the webhook is wanted, such as a number's “A message "
        "comes in” or a status callback, with the method HTTP POST. Then copy the account's Auth Token and enter it "
        "here. Twilio signs the URL, so it must be the public one that this page shows, to the letter."
    )
    content_types: ClassVar[frozenset[str]] = frozenset({"application/json", _FORM})
    sample_content_type: ClassVar[str] = _FORM

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing.")
        algorithm = _algorithm(request)
        fields = self._signed_fields(request)
        texts = [_signed(url, fields) for url in _spellings(request.url)]
        expected = [_signature(secret, each, algorithm) for secret in secrets for each in texts]
        detail = f"{_HEADER} doesn't match; check the Auth Token, and that Twilio holds exactly this source's URL."
        require_match(expected, [received], detail)

    def json_text(self, request: InboundRequest) -> bytes | None:
        return None if request.content_type == _FORM else request.body

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        token = text(request.header(_TOKEN))
        if request.content_type == _FORM:
            fields = _fields(request.body)
            if not fields:
                raise self.malformed("The form holds no fields.")
            data = {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
            return [self.event(_form_name(data), key=token, occurred_at=_form_time(data), data=data)]
        if isinstance(document, list):
            return [self._streamed(each, token if len(document) == 1 else None) for each in document]
        return [self._streamed(document, token)]

    def _signed_fields(self, request: InboundRequest) -> Fields:
        """What is signed beside the URL: a form's fields; nothing for JSON, whose hash must be in the URL then."""
        if request.content_type != _FORM:
            detail = f"A JSON body is signed by its SHA-256, as {_BODY_HASH} in the URL; it is missing or another one."
            require_match([sha256(request.body).hexdigest()], _body_hashes(request.url), detail)
            return {}
        fields = _fields(request.body)
        if fields is None:
            raise self.malformed("The body isn't a form in UTF-8.")
        return fields

    def _streamed(self, document: Any, token: str | None) -> InboundEvent:
        """One JSON event; those of Event Streams are CloudEvents, whose id is their own."""
        if not isinstance(document, dict):
            raise self.malformed("A JSON body from Twilio is an object, or a list of them.")
        named = filter(None, (text(document.get(key)) for key in ("type", "EventType", "event_type")))
        key = text(document.get("id")) if "specversion" in document else token
        name = next(named, "").removeprefix("com.twilio.")
        return self.event(name, key=key, occurred_at=moment(document.get("time")), data=document)

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        # For an incoming message or call Twilio waits for instructions, and reports whatever isn't TwiML as an error.
        data = events[0].data if events and request.content_type == _FORM else {}
        is_message = dig(data, "SmsStatus") == "received"
        is_call = "CallStatus" in data and "CallbackSource" not in data
        return Reply(b"<Response/>", content_type="text/xml") if is_message or is_call else None

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        is_json = bool(_body_hashes(sample.url))
        fields = {} if is_json else _fields(sample.body) or {}
        headers = {_TOKEN: sample.key, _HEADER: _signature(sample.secret, _signed(sample.url, fields), "sha1")}
        return headers | ({"Content-Type": "application/json"} if is_json else {})


def _algorithm(request: InboundRequest) -> Algorithm:
    """SHA-1 where the secret is the Auth Token; requests signed with a shared key of Twilio's name theirs."""
    parts = [part.strip().partition("=") for part in request.header(_SETTINGS).split(",")]
    named = next((value for name, _, value in parts if name == "algorithm"), "HMAC_SHA1")
    if named not in _ALGORITHMS:
        raise Refused(Refusal.BAD_SIGNATURE, f"{_SETTINGS} names an algorithm other than {', '.join(_ALGORITHMS)}.")
    return _ALGORITHMS[named]


def _fields(body: bytes) -> Fields | None:
    """The form as Twilio signs it: by name, equal values once. None for a body that isn't a form."""
    pairs = form_pairs(body)
    if pairs is None:
        return None
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name, set()).add(value)
    return {name: sorted(each) for name, each in values.items()}


def _signed(url: str, fields: Fields) -> str:
    return url + "".join(name + value for name in sorted(fields) for value in fields[name])


def _signature(secret: str, content: str, algorithm: Algorithm) -> str:
    return signature(utf8(secret), utf8(content), algorithm=algorithm, encoding="base64")


def _spellings(url: str) -> list[str]:
    """The URL without a port and with one: which of them Twilio signs depends on the product."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return [url]
    host = _PORT.sub("", parts.netloc)
    return [url.replace(f"//{parts.netloc}", f"//{netloc}", 1) for netloc in (host, f"{host}:{port}")]


def _body_hashes(url: str) -> list[str]:
    try:
        return parse_qs(urlsplit(url).query).get(_BODY_HASH, [])[:1]
    except ValueError:
        return []


def _form_name(data: Mapping[str, Any]) -> str:
    for field, before in _NAMED_BY:
        if value := text(data.get(field)):
            within = "conference." if field == "StatusCallbackEvent" and "ConferenceSid" in data else before
            return f"{within}{value}"
    return ""


def _form_time(data: Mapping[str, Any]) -> datetime | None:
    """Calls write `Tue, 03 Mar 2026 10:00:00 +0000`, other products ISO 8601 or Unix time."""
    written = data.get("Timestamp") or data.get("DateCreated") or data.get("DateUpdated")
    if not isinstance(written, str):
        return None
    if found := moment(written):
        return found
    try:
        parsed = parsedate_to_datetime(written)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
