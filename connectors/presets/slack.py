"""Slack: `X-Slack-Signature: v0=<hex>`, HMAC-SHA256 over `v0:<unix seconds>:<body>`; events, buttons and commands."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from connectors.base import (
    InboundEvent,
    InboundRequest,
    Preset,
    Refusal,
    Refused,
    Reply,
    Sample,
    require_match,
    require_recent,
)
from connectors.forms import form_fields
from connectors.moments import moment, signed_moment, write_moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-Slack-Signature"
_TIMESTAMP: Final = "X-Slack-Request-Timestamp"
_FORM: Final = "application/x-www-form-urlencoded"
_TOLERANCE: Final = timedelta(seconds=300)
_FRACTIONAL: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}\Z")


class Slack(Preset):
    """An app's events (`slack.app_mention`), interactions (`slack.block_actions`), commands (`slack.command.ask`)."""

    name: ClassVar[str] = "slack"
    label: ClassVar[str] = "Slack"
    setup: ClassVar[str] = (
        "Open your app on api.slack.com/apps. Under Basic Information, App Credentials, copy the Signing Secret and "
        "enter it here. Then put this source's URL where it is wanted: Event Subscriptions (Request URL), "
        "Interactivity & Shortcuts, or a slash command."
    )
    content_types: ClassVar[frozenset[str]] = frozenset({"application/json", _FORM})

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return True

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received, timestamp = request.header(_HEADER), request.header(_TIMESTAMP)
        if not (received and timestamp):
            raise Refused(Refusal.MISSING_SIGNATURE, f"The headers {_HEADER} and {_TIMESTAMP} are both needed.")
        sent_at = signed_moment(timestamp)
        if sent_at is None:
            raise Refused(Refusal.BAD_SIGNATURE, f"{_TIMESTAMP} is the Unix time in whole seconds.")
        expected = [_signature(secret, timestamp, request.body) for secret in secrets]
        require_match(expected, [received], f"{_HEADER} doesn't match; check the app's Signing Secret.")
        require_recent(sent_at, now=now, tolerance=_TOLERANCE)

    def json_text(self, request: InboundRequest) -> bytes | None:
        if request.content_type != _FORM:
            return request.body
        # Interactions are JSON in the form's field `payload`; slash commands are plain fields.
        payload = (form_fields(request.body) or {}).get("payload")
        return None if payload is None else utf8(payload)

    def handshake(
        self, request: InboundRequest, document: Any, *, secrets: Sequence[str], options: Mapping[str, Any]
    ) -> Reply | None:
        if request.content_type == _FORM:
            # Slack tries the certificate of a command's URL this way, now and then.
            return Reply(b"") if (form_fields(request.body) or {}).get("ssl_check") == "1" else None
        if dig(document, "type") != "url_verification":
            return None
        challenge = dig(document, "challenge")
        if not isinstance(challenge, str):
            raise self.malformed("A url_verification holds a challenge, as text.")
        return Reply(utf8(challenge))

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        if document is None and request.content_type == _FORM:
            return [self._command(form_fields(request.body) or {})]
        if text(dig(document, "type")) == "event_callback":
            name, key = text(dig(document, "event.type")), text(dig(document, "event_id"))
            if name is None or key is None:
                raise self.malformed("A Slack event_callback holds event_id and event.type, as texts.")
            return [self.event(name, key=key, occurred_at=_time(dig(document, "event_time")), data=document)]
        name = text(dig(document, "type"))
        if name is None:
            raise self.malformed("What Slack sends is an object with a type.")
        places = ("action_ts", "actions.0.action_ts", "minute_rate_limited")
        occurred_at = next(filter(None, (_time(dig(document, place)) for place in places)), None)
        return [self.event(name, key=text(dig(document, "trigger_id")), occurred_at=occurred_at, data=document)]

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        # What is answered to a command or a button is shown to the person; nothing is what Slack takes for "done".
        return Reply(b"") if request.content_type == _FORM else None

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        timestamp = write_moment(sample.now)
        return {_TIMESTAMP: timestamp, _HEADER: _signature(sample.secret, timestamp, sample.body)}

    def _command(self, fields: Mapping[str, str]) -> InboundEvent:
        command = text(fields.get("command"))
        if command is None:
            raise self.malformed("A form from Slack holds a payload or a command.")
        return self.event(f"command/{command}", key=text(fields.get("trigger_id")), occurred_at=None, data=fields)


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v0=" + signature(utf8(secret), utf8(f"v0:{timestamp}:") + body)


def _time(value: Any) -> datetime | None:
    """Slack's times: whole seconds as a number, or a text with microseconds such as 1548426417.840180."""
    return moment(Decimal(value) if isinstance(value, str) and _FRACTIONAL.match(value) else value)
