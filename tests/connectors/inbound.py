"""Builds inbound requests for the tests, from the headers a sender would set."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
"""The moment at which every test takes place, on a whole second."""


URL = "https://ops.example.com/hooks/abc"
REQUIRED: Mapping[str, Mapping[str, Any]] = {"salesforce": {"organization_id": "00D000000000001AAA"}}
"""Options that a preset cannot do without, by the preset's name."""


def inbound(
    body: bytes, headers: Mapping[str, str], content_type: str = "application/json", url: str = URL
) -> InboundRequest:
    lowered = {name.lower(): value for name, value in headers.items()}
    return InboundRequest("POST", url, lowered, body, content_type)


def signed(
    preset: Preset,
    body: bytes,
    *,
    secret: str,
    now: datetime = NOW,
    options: Mapping[str, Any] | None = None,
    name: str = "",
    key: str = "",
    url: str = URL,
) -> InboundRequest:
    """The request as the preset's own vendor would send it."""
    headers = preset.sign(body, secret=secret, options=options or {}, now=now, name=name, key=key, url=url)
    return inbound(body, headers, headers["Content-Type"].partition(";")[0], url)


def refusal(
    preset: Preset,
    request: InboundRequest,
    *secrets: str,
    now: datetime = NOW,
    options: Mapping[str, Any] | None = None,
) -> Refusal | None:
    """Why the preset refuses the request; None where it accepts."""
    try:
        preset.verify(request, secrets=secrets, options=options or {}, now=now)
    except Refused as refused:
        return refused.reason
    return None


def read_one(preset: Preset, request: InboundRequest, options: Mapping[str, Any] | None = None) -> InboundEvent:
    document = json.loads(request.body, parse_float=Decimal)
    (event,) = preset.read(request, document, options=options or {})
    return event
