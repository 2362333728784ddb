"""Reading one HTTP/1.1 answer: the standard library parses it, this keeps it within time and size."""

import http.client
import io
import socket
from typing import TYPE_CHECKING, cast

from opsflows.outbound.deadline import Deadline
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.response import OutboundResponse

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Bodies are read in slices, so that a body cut into tiny chunks cannot fill the memory before the limit is seen.
SLICE = 65536
#: Interim answers (1xx) and the real one.
MAX_ANSWERS = 8


def read_answer(
    sock: socket.socket, *, host: str, method: str, body_limit: int, deadline: Deadline
) -> tuple[OutboundResponse, bool]:
    """The answer to a `method` request, and whether `sock` is fit for another request after it.

    Raises:
        OutboundError: kinds `timeout`, `too_slow`, `reset`, `bad_response`.
    """
    incoming = _Incoming(sock, deadline)
    reader = _Reader(incoming)
    try:
        answer = _begin(reader, method)
    except TimeoutError:
        raise OutboundError("timeout", f"{host} did not answer within {deadline.seconds:g} s.", sent=None) from None
    except OSError:
        raise OutboundError("reset", f"{host} closed the connection without an answer.", sent=None) from None
    except (http.client.HTTPException, ValueError) as error:
        reason = type(error).__name__
        raise OutboundError("bad_response", f"What {host} sent is no HTTP answer ({reason}).", sent=None) from None
    status = answer.status
    try:
        body, truncated = _read_body(answer, body_limit)
    except TimeoutError:
        detail = f"{host} answered {status}, but did not end its answer within {deadline.seconds:g} s."
        raise OutboundError("too_slow", detail, sent=True) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise OutboundError("reset", f"{host} answered {status}, but cut its answer off.", sent=True) from None
    response = OutboundResponse(status, _headers(answer), body, truncated, deadline.elapsed_ms())
    incoming.ended = True
    # Bytes after the answer would be taken for the start of the next one.
    return response, not (truncated or answer.will_close or reader.peek(1))


class _Incoming(io.RawIOBase):
    """Bytes from a socket, each wait limited by what is left of the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        if self.ended:
            return None
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)


class _Reader(io.BufferedReader):
    """What several `HTTPResponse` read from in turn: each asks its socket for a file, and closes that in the end."""

    def makefile(self, mode: str) -> "_Reader":
        return self

    def close(self) -> None:
        """The connection outlives the answer."""


def _begin(reader: _Reader, method: str) -> http.client.HTTPResponse:
    """The answer with its headers read, past any interim answers such as 103 Early Hints."""
    for _ in range(MAX_ANSWERS):
        answer = http.client.HTTPResponse(cast(socket.socket, reader), method=method)
        answer.begin()
        if answer.status >= 200:
            return answer
    raise http.client.UnknownProtocol("interim answers only")


def _read_body(answer: http.client.HTTPResponse, limit: int) -> tuple[bytes, bool]:
    body = answer.read(min(SLICE, limit + 1))
    if not answer.isclosed():
        pieces = bytearray(body)
        while len(pieces) <= limit and (piece := answer.read(SLICE)):
            pieces += piece
        body = bytes(pieces)
    if len(body) > limit:
        return body[:limit], True
    if answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    return body, False


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        if not value.isprintable():
            value = "".join(character if character.isprintable() else " " for character in value)
        lowered = name.lower()
        headers[lowered] = f"{headers[lowered]}, {value}" if lowered in headers else value
    return headers
