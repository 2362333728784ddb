"""A sender of signed webhooks on raw keep-alive sockets: cheap, bounded in number, and honest about what it knows.

It sends every event once and repeats nothing. An event whose connection broke before the answer has no status: it may
or may not have been stored, and only what was acknowledged is promised.
"""

import hashlib
import hmac
import json
import selectors
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A server that is being started again refuses for a while; the event then waits, it is not spent.
RECONNECT = 0.05
ANSWER_SECONDS = 30.0


@dataclass(slots=True)
class Sending:
    """One event on its way. Times are of the machine's monotonic clock, in seconds."""

    key: str
    request: bytes
    sent_at: float = 0.0
    answered_at: float = 0.0
    status: int | None = None
    event_id: str | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the product has promised to keep it."""
        return self.status in (200, 202)


def prepare(path: str, secret: str, bodies: Mapping[str, Any]) -> list[Sending]:
    """A signed request for each body, by its key; an `event_id` in the body is what copies are known by."""
    return [Sending(key, _request(path, secret, json.dumps(body).encode())) for key, body in bodies.items()]


def _request(path: str, secret: str, body: bytes) -> bytes:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Sender:
    """Sends over `connections` sockets at once, from one thread."""

    def __init__(self, port: int, *, connections: int = 16) -> None:
        self._port = port
        self._count = connections
        #: How many of the events may have been sent by now; None: as many as there are. Any thread may change it.
        self.allowance: int | None = None
        self.stopping = threading.Event()

    def send(self, sendings: Sequence[Sending], *, rate: float | None = None, seconds: float = 600) -> float:
        """Send all, at most `rate` a second; how long it took, in seconds. `sendings` then hold the answers.

        Those that were held back when `stopping` was set stay unsent (`sent_at` 0).

        Raises:
            TimeoutError: it was not done in `seconds`.
        """
        with selectors.DefaultSelector() as selector:
            lines = [_Line(self._port, selector) for _ in range(self._count)]
            try:
                return self._send(sendings, lines, selector, rate, seconds)
            finally:
                for line in lines:
                    line.close()

    def _send(
        self,
        sendings: Sequence[Sending],
        lines: list["_Line"],
        selector: selectors.BaseSelector,
        rate: float | None,
        seconds: float,
    ) -> float:
        start = time.monotonic()
        upcoming = 0
        while True:
            now = time.monotonic()
            if now - start > seconds:
                raise TimeoutError(f"{upcoming} of {len(sendings)} events were sent within {seconds:.0f} s.")
            if self.stopping.is_set():
                sendings = sendings[:upcoming]
            allowed = min(len(sendings), self._allowed(now - start, rate))
            for line in lines:
                line.check(now)
                if upcoming < allowed and line.is_free(now):
                    upcoming += line.begin(sendings[upcoming])
            if upcoming == len(sendings) and all(line.sending is None for line in lines):
                return time.monotonic() - start
            held_back = allowed < len(sendings) or any(line.link is None for line in lines)
            for key, _ in selector.select(0.005 if held_back else 0.5):
                key.data.read()

    def _allowed(self, elapsed: float, rate: float | None) -> int:
        allowances = [self.allowance, None if rate is None else int(elapsed * rate) + 1]
        return min((each for each in allowances if each is not None), default=sys.maxsize)


class _Line:
    """One connection, with at most one request under way."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port = port
        self._selector = selector
        self._received = b""
        self._retry_at = 0.0
        self.link: socket.socket | None = None
        self.sending: Sending | None = None

    def is_free(self, now: float) -> bool:
        return self.sending is None and (self.link is not None or now >= self._retry_at)

    def begin(self, sending: Sending) -> bool:
        """Put the request on the wire; False where no connection can be had, and the event stays with the sender."""
        if self.link is None and not self._connect():
            return False
        assert self.link is not None
        self.sending = sending
        sending.sent_at = time.monotonic()
        try:
            self.link.sendall(sending.request)
        except OSError:
            # Part of it may have arrived, so the event counts as sent.
            self.close()
        return True

    def read(self) -> None:
        assert self.link is not None
        try:
            data = self.link.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._received += data
        if (answer := _parse(self._received)) is None:
            return
        status, document = answer
        self._received = b""
        if self.sending is not None:
            self.sending.answered_at = time.monotonic()
            self.sending.status = status
            self.sending.event_id = document.get("id")
            self.sending = None

    def check(self, now: float) -> None:
        """Give up what was not answered in time."""
        if self.sending is not None and now - self.sending.sent_at > ANSWER_SECONDS:
            self.close()

    def close(self) -> None:
        """What was under way has no answer; the next one gets a new connection."""
        self.sending, self._received = None, b""
        if self.link is not None:
            self._selector.unregister(self.link)
            self.link.close()
            self.link = None

    def _connect(self) -> bool:
        try:
            self.link = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        except OSError:
            self._retry_at = time.monotonic() + RECONNECT
            return False
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self.link, selectors.EVENT_READ, self)
        return True


def _parse(received: bytes) -> tuple[int, dict[str, Any]] | None:
    """Status and JSON body of a whole answer; None while some of it is missing."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    length = int(lowered[start + 15 :].partition(b"\r\n")[0]) if start >= 0 else 0
    if len(body) < length:
        return None
    try:
        document = json.loads(body[:length])
    except ValueError:
        document = {}
    return int(head[9:12]), document if isinstance(document, dict) else {}
