"""What came back from an outbound call."""

import re
from dataclasses import dataclass, field
from typing import Any

from opsflows.jsontext import JsonError, parse_json

#: Only these: Python knows codecs (punycode, utf-7) whose cost or meaning a stranger must not choose.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "latin-1",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
}
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """An answer, whatever its status; a 3xx is an answer like any other.

    Attributes:
        headers: names in lower case; repeated ones joined by a comma.
        body: the first bytes of it, up to the client's limit.
        truncated: whether the body went on after that.
        elapsed_ms: milliseconds from the start of the call to the last byte read.
    """

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    truncated: bool
    elapsed_ms: int

    def text(self, limit: int = 65536) -> str:
        """At most `limit` characters of the body, fit to be stored: what cannot be read, and NUL, becomes U+FFFD."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        charset = _CHARSETS.get(named.group(1).lower(), "utf-8") if named else "utf-8"
        # Four bytes a character is the most that any of these needs.
        text = self.body[: limit * 4 + 4].decode(charset, errors="replace")
        return text[:limit].replace("\x00", "\ufffd")

    def json(self) -> Any | None:
        """The body as JSON with exact numbers; None if it is not JSON, or not all of it is here."""
        if self.truncated:
            return None
        try:
            return parse_json(self.body)
        except JsonError:
            return None
