"""One open connection: a request written in one go, its answer read, all within the deadline."""

import select
import socket
import ssl
import time

from opsflows.outbound.answer import read_answer
from opsflows.outbound.deadline import Deadline
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.response import OutboundResponse
from opsflows.outbound.target import Target


class Connection:
    """A connected socket that carries one request at a time.

    `reusable` says whether the last answer left it fit for another.
    """

    __slots__ = ("_poll", "_sock", "idle_since", "opened", "reusable", "target")

    def __init__(self, sock: socket.socket, target: Target) -> None:
        self.target = target
        self.reusable = False
        self.opened = self.idle_since = time.monotonic()
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    def close(self) -> None:
        self._sock.close()

    def is_dropped(self) -> bool:
        """Whether the other side has closed it, or said something unasked, which no answer must be mistaken for."""
        if self._poll.poll(0):
            return True
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def exchange(self, method: str, message: bytes, *, body_limit: int, deadline: Deadline) -> OutboundResponse:
        """Write `message`, the whole request, and read the answer, keeping `body_limit` bytes of its body.

        Raises:
            OutboundError: kinds `timeout`, `too_slow`, `reset`, `bad_response`; the connection is of no use then.
        """
        self.reusable = False
        written = self._write(message, deadline)
        response, reusable = read_answer(
            self._sock, host=self.target.host, method=method, body_limit=body_limit, deadline=deadline
        )
        self.reusable = reusable and written
        return response

    def _write(self, message: bytes, deadline: Deadline) -> bool:
        """Write all of it; False if the other side stopped listening in the middle, as one does who says 413."""
        sock = self._sock
        host = self.target.host
        view = memoryview(message)
        written = 0
        try:
            while written < len(message):
                sock.settimeout(deadline.left())
                # One send at a time, and not sendall, to know what has left: a send that fails has taken nothing.
                written += sock.send(view[written:])
        except TimeoutError:
            raise OutboundError(
                "timeout",
                f"{host} did not take the request within {deadline.seconds:g} s.",
                sent=None if written else False,
            ) from None
        except OSError:
            if not written:
                raise OutboundError("reset", f"{host} had closed the connection.", sent=False) from None
            return False
        return True
