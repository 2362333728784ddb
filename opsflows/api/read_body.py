"""A request's raw body, never more of it than the limit."""

from collections.abc import Callable

from django.http import HttpRequest, UnreadablePostError

PIECE = 64 * 1024


class BodyTooLarge(Exception):  # noqa: N818  (an answer, not a fault)
    """The body is larger than the limit."""


class BodyUnreadable(Exception):  # noqa: N818
    """The body did not come in whole. The message is for the sender."""


def is_chunked(request: HttpRequest) -> bool:
    """Whether the body comes in chunks, so that its length shows only at its end."""
    return "chunked" in str(request.META.get("HTTP_TRANSFER_ENCODING", "")).lower()


def announced_length(request: HttpRequest) -> int:
    """Content-Length in bytes; 0 where there is none, or none that is a number (which `read_body` refuses)."""
    written = str(request.META.get("CONTENT_LENGTH") or "0")
    if not _is_number(written):
        return 0
    # Past nineteen digits it is too large whatever it says, and Python refuses to read thousands of them.
    return int(written.lstrip("0")[:19] or "0")


def read_body(request: HttpRequest, *, limit: int) -> bytes:
    """The body, of at most `limit` bytes.

    Raises:
        BodyTooLarge: announced so (nothing is read then), or found to be while reading.
        BodyUnreadable: it has no length that can be trusted, or the connection ended early.
    """
    if is_chunked(request):
        return _read_chunked(request, limit)
    if not _is_number(str(request.META.get("CONTENT_LENGTH") or "0")):
        raise BodyUnreadable("Content-Length is not a number.")
    length = announced_length(request)
    if length > limit:
        raise BodyTooLarge
    try:
        body = _read(request.read, length)
    except UnreadablePostError:
        body = b""
    if len(body) < length:
        raise BodyUnreadable("The body ended before the announced Content-Length.")
    return body


def _read_chunked(request: HttpRequest, limit: int) -> bytes:
    """Django takes a body without Content-Length for empty, so it is read from the server itself."""
    if not request.META.get("wsgi.input_terminated"):
        raise BodyUnreadable("This server takes no chunked bodies; send Content-Length.")
    try:
        body = _read(request.META["wsgi.input"].read, limit + 1)
    except Exception:  # each server has its own errors for chunks that are cut off or not well-formed
        raise BodyUnreadable("The chunked body cannot be read.") from None
    if len(body) > limit:
        raise BodyTooLarge
    return body


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdigit()


def _read(read: Callable[[int], bytes], length: int) -> bytes:
    pieces = []
    while length > 0 and (piece := read(min(length, PIECE))):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
