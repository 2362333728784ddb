"""Any sender that signs with an HMAC: header, algorithm, encoding and what is signed are configured by staff."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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
from connectors.moments import signed_moment, write_moment
from connectors.options import Option, Problem
from connectors.placed import PLACES, key_problems, placed_event, placed_headers
from connectors.places import header_problem
from connectors.signatures import signature, utf8

_PLACEHOLDER: Final = re.compile(r"\{(timestamp|body|method|url|header:[^{}]+)\}")


def _template_problem(template: str) -> str | None:
    rest = _PLACEHOLDER.sub("", template)
    headers = [found.removeprefix("header:") for found in _PLACEHOLDER.findall(template) if found.startswith("header:")]
    if "{" in rest or "}" in rest or any(header_problem(header) for header in headers):
        return "Signed text may hold {body}, {timestamp}, {method}, {url} and {header:NAME}, and no other braces."
    if "{body}" not in template:
        return "Signed text must hold {body}, or the body could be changed on its way."
    return None


class Hmac(Preset):
    """One signature in one header, over the body or a template of timestamp and body."""

    name: ClassVar[str] = "hmac"
    label: ClassVar[str] = "Signed webhook (HMAC)"
    setup: ClassVar[str] = (
        "Give the sender this source's URL and agree on a long secret. The sender signs each request with HMAC and "
        "puts the signature into a header; its documentation says which header, algorithm and encoding to choose here."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("header", "Signature header", default="X-Signature", required=True, check=header_problem),
        Option("algorithm", "Algorithm", default="sha256", choices=("sha1", "sha256", "sha512")),
        Option("encoding", "Encoding", default="hex", choices=("hex", "base64")),
        Option("prefix", "Prefix", help="Text before the signature in the header, such as sha256=."),
        Option(
            "timestamp_header",
            "Timestamp header",
            help="The header with the signed time; empty where the sender signs none.",
            check=header_problem,
        ),
        Option("timestamp_unit", "Timestamp unit", default="seconds", choices=("seconds", "milliseconds", "iso")),
        Option("tolerance", "Tolerance in seconds", default=300, least=1),
        Option(
            "signed",
            "Signed text",
            default="{body}",
            help="What is signed, such as {timestamp}.{body}; also {method}, {url} and {header:NAME}.",
            required=True,
            check=_template_problem,
        ),
        *PLACES,
    )

    def check_options(self, options: Mapping[str, Any]) -> list[Problem]:
        if problems := super().check_options(options):
            return problems
        signed = "{timestamp}" in options.get("signed", "")
        named = bool(options.get("timestamp_header"))
        if signed and not named:
            return [("timestamp_header", "Signed text holds {timestamp}; name the header that carries it.")]
        if named and not signed:
            return [("signed", "A time that isn't signed proves nothing; write {timestamp} into the signed text.")]
        return key_problems(options)

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        return bool(options.get("timestamp_header"))

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        header = settings["header"]
        received = request.header(header)
        if not received:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {header} header is missing.")
        sent_at = _sent_at(request, settings)
        expected = [_signature(secret, request, settings) for secret in secrets]
        require_match(expected, [received], f"{header} doesn't match; check secret, algorithm, encoding and prefix.")
        if sent_at is not None:
            require_recent(sent_at, now=now, tolerance=timedelta(seconds=settings["tolerance"]))

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [placed_event(self, request, document, self.settings(options))]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        settings = sample.settings
        headers = placed_headers(sample)
        if settings["timestamp_header"]:
            headers[settings["timestamp_header"]] = write_moment(sample.now, settings["timestamp_unit"])
        lowered = {name.lower(): value for name, value in headers.items()}
        request = InboundRequest("POST", sample.url, lowered, sample.body, self.sample_content_type)
        return headers | {settings["header"]: _signature(sample.secret, request, settings)}


def _sent_at(request: InboundRequest, settings: Mapping[str, Any]) -> datetime | None:
    header, unit = settings["timestamp_header"], settings["timestamp_unit"]
    if not header:
        return None
    sent_at = signed_moment(request.header(header), unit)
    if sent_at is None:
        form = "an ISO 8601 time" if unit == "iso" else f"the Unix time in whole {unit}"
        raise Refused(Refusal.BAD_SIGNATURE, f"The {header} header must hold {form}.")
    return sent_at


def _signature(secret: str, request: InboundRequest, settings: Mapping[str, Any]) -> str:
    written = signature(
        utf8(secret), _signed(request, settings), algorithm=settings["algorithm"], encoding=settings["encoding"]
    )
    return f"{settings['prefix']}{written}"


def _signed(request: InboundRequest, settings: Mapping[str, Any]) -> bytes:
    """The template filled in; `split` leaves literal text at even positions and placeholders at odd ones."""
    values = {
        "body": request.body,
        "timestamp": utf8(request.header(settings["timestamp_header"])),
        "method": utf8(request.method),
        "url": utf8(request.url),
    }
    pieces = _PLACEHOLDER.split(settings["signed"])
    return b"".join(
        (values[piece] if piece in values else utf8(request.header(piece.removeprefix("header:"))))
        if position % 2
        else utf8(piece)
        for position, piece in enumerate(pieces)
    )
