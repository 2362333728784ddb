"""An outbound request, and its bytes as HTTP/1.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from opsflows.outbound.errors import OutboundError
from opsflows.outbound.redact import redact_url
from opsflows.outbound.target import Target

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MAX_TIMEOUT = 3600

#: These frame the message or choose the host, so a caller who could set them could smuggle a second request.
RESERVED_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One call: `timeout` is the limit in seconds on all of it, from the name lookup to the answer's last byte."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: float

    def __str__(self) -> str:
        return f"{self.method} {redact_url(self.url)}"


def write_request(request: OutboundRequest, target: Target) -> bytes:
    """The whole request as bytes, so that it leaves in one write.

    Raises:
        OutboundError: kind `bad_request`, naming the method or header that cannot be sent.
    """
    if not 0 < request.timeout <= MAX_TIMEOUT:
        raise OutboundError("bad_request", f"The timeout must be more than 0 and at most {MAX_TIMEOUT} seconds.")
    if request.method not in METHODS:
        raise OutboundError("bad_request", f"The method {request.method!r} is none of {', '.join(sorted(METHODS))}.")
    lines = [f"{request.method} {target.path} HTTP/1.1\r\nHost: {target.host_header}\r\nAccept-Encoding: identity\r\n"]
    names = set()
    for name, value in request.headers.items():
        if problem := check_header(name, value):
            raise OutboundError("bad_request", problem)
        names.add(name.lower())
        lines.append(f"{name}: {value.strip()}\r\n")
    if "user-agent" not in names:
        lines.append("User-Agent: OpsFlows\r\n")
    if "accept" not in names:
        lines.append("Accept: */*\r\n")
    body = request.body
    if body is not None or request.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body or b'')}\r\n")
    lines.append("\r\n")
    head = "".join(lines).encode("latin-1")
    return head + body if body else head


def check_header(name: str, value: str) -> str | None:
    """The sentence that says why this header cannot be sent, for forms; None where it can."""
    if not _NAME.fullmatch(name):
        return f"{name!r} is not a header name; use letters, digits and hyphens."
    if name.lower() in RESERVED_HEADERS:
        return f"The header {name} is set by OpsFlows itself; leave it out."
    if _CONTROL.search(value):
        return f"The header {name} holds a line break or control character; remove it."
    if any(ord(character) > 255 for character in value):
        return f"The header {name} holds characters that a header cannot carry; encode them."
    return None
