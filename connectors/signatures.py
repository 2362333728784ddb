"""The arithmetic under every preset: MACs, their text, and comparing without leaking time."""

import base64
import binascii
import hmac
from collections.abc import Iterable
from typing import Literal

Algorithm = Literal["sha1", "sha256", "sha512"]
Encoding = Literal["hex", "base64"]


def utf8(text: str) -> bytes:
    """The text as bytes; total, so that a header or secret with lone surrogates cannot raise."""
    return text.encode("utf-8", "surrogatepass")


def signature(key: bytes, message: bytes, *, algorithm: Algorithm = "sha256", encoding: Encoding = "hex") -> str:
    """The HMAC of `message` as the text a vendor puts into a header: lower-case hex or padded standard base64."""
    digest = hmac.digest(key, message, algorithm)
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def matches(expected: Iterable[str], received: Iterable[str]) -> bool:
    """Whether any received signature equals any expected one, in constant time for each pair.

    Text is compared, not what it decodes to: one signature has one spelling, so every changed byte is refused.
    """
    candidates = [utf8(text) for text in received]
    return any(hmac.compare_digest(utf8(text), candidate) for text in expected for candidate in candidates)


def from_base64(text: str) -> bytes | None:
    """Decode standard base64, padded or not; None for anything else, the empty text included."""
    try:
        decoded = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded or None
