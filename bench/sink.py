"""A fast HTTP/1.1 keep-alive receiver on 127.0.0.1 that counts what it is sent, and can keep a ledger of it.

Run as ``python bench/sink.py --port 9099``; with ``--port 0`` it takes a free port. It prints the port once it listens.
``GET /count`` answers with the number of requests received so far (itself not counted), ``POST /reset`` starts at zero.
Every other request is answered 200 with a small JSON body, whatever its path. It reads Content-Length bodies only,
which is what the product sends.

With ``--ledger`` it honours ``Idempotency-Key``: the first request of a key is the effect, every further one a repeat
that changes nothing. ``GET /ledger`` gives a JSON list of `[key, first_at, requests, body, differing]`: when the key
came first (monotonic clock of this machine, in seconds), how often it came, what it carried, and how many of its
repeats carried something else. With ``--kill TEXT`` the connection is cut, unanswered, on every body that holds TEXT;
with ``--delay SECONDS`` every answer (not the entry in the ledger) comes so much later.
"""

import argparse
import asyncio
import json
import signal
import time

HEADER_END = b"\r\n\r\n"
ANSWER = b'{"ok":true}'


class Entry:
    """What is known of one idempotency key."""

    __slots__ = ("body", "differing", "first_at", "requests")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.first_at = time.monotonic()
        self.requests = 0
        self.differing = 0


class Sink(asyncio.Protocol):
    """One connection: requests may be split over packets or sent several at a time."""

    count = 0
    ledger: dict[bytes, Entry] | None = None
    deadly: bytes | None = None
    delay = 0.0

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received = self.received + data if self.received else data
        while self.received:
            head_end = self.received.find(HEADER_END)
            if head_end < 0:
                return
            head = self.received[:head_end]
            start = head_end + len(HEADER_END)
            end = start + content_length(head)
            if len(self.received) < end:
                return
            body, self.received = self.received[start:end], self.received[end:]
            if Sink.deadly is not None and Sink.deadly in body:
                Sink.count += 1
                self.transport.abort()
                return
            answer = self.answer(head, body)
            if answer is OK and Sink.delay:
                asyncio.get_running_loop().call_later(Sink.delay, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET /count "):
            return response(b"%d" % Sink.count, b"text/plain")
        if head.startswith(b"GET /ledger "):
            return response(ledger_json(Sink.ledger or {}), b"application/json")
        if head.startswith(b"POST /reset "):
            Sink.count = 0
            if Sink.ledger is not None:
                Sink.ledger.clear()
            return response(b"0", b"text/plain")
        Sink.count += 1
        if Sink.ledger is not None:
            enter(Sink.ledger, head, body)
        return OK


def enter(ledger: dict[bytes, Entry], head: bytes, body: bytes) -> None:
    key = header(head, b"idempotency-key")
    entry = ledger.get(key)
    if entry is None:
        entry = ledger[key] = Entry(body)
    entry.requests += 1
    entry.differing += body != entry.body


def ledger_json(ledger: dict[bytes, Entry]) -> bytes:
    rows = [
        [key.decode(), entry.first_at, entry.requests, entry.body.decode(), entry.differing]
        for key, entry in ledger.items()
    ]
    return json.dumps(rows).encode()


def content_length(head: bytes) -> int:
    return int(header(head, b"content-length") or 0)


def header(head: bytes, name: bytes) -> bytes:
    """The value of the header `name` (lower case); empty where it is missing."""
    lowered = head.lower()
    mark = b"\r\n%s:" % name
    start = lowered.find(mark)
    if start < 0:
        return b""
    start += len(mark)
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


def response(body: bytes, content_type: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nServer: sink\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n%s"
        % (content_type, len(body), body)
    )


OK = response(ANSWER, b"application/json")


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9099, help="TCP port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ledger", action="store_true", help="keep every key with when, how often and what it carried")
    parser.add_argument("--kill", metavar="TEXT", help="cut the connection, unanswered, on bodies that hold TEXT")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every answer takes")
    options = parser.parse_args()
    Sink.delay = options.delay
    Sink.ledger = {} if options.ledger else None
    Sink.deadly = options.kill.encode() if options.kill else None
    asyncio.run(serve(options.port))


if __name__ == "__main__":
    main()
