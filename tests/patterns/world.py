"""The other systems of a flow, as a real receiver on 127.0.0.1: one function answers for each host of a definition."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.outbound.receiver import Conversation, Receiver


@dataclass(frozen=True)
class Call:
    """A request as it arrived."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    body: Any
    key: str


#: Status, JSON, and perhaps further headers.
Answer = tuple[int, Any] | tuple[int, Any, str]
Answers = Callable[[Call], Answer]


@dataclass
class World:
    """`answers` by host; whoever is not named says 200 with an empty object."""

    answers: dict[str, Answers] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def behave(self, conversation: Conversation, request: bytes) -> None:
        call = _read(request)
        # One at a time, so that what a system keeps needs no lock of its own.
        with self._turn:
            self.calls.append(call)
            status, document, *headers = self.answers.get(call.host, lambda _: (200, {}))(call)
        body = json.dumps(document).encode()
        head = "".join(f"{line}\r\n" for line in (*headers, f"Content-Length: {len(body)}"))
        conversation.answer(f"HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\n{head}\r\n".encode() + body)

    def to(self, host: str, *methods: str) -> list[Call]:
        """What a system was asked, in order."""
        return [call for call in self.calls if call.host == host and (not methods or call.method in methods)]


def local(text: str, receiver: Receiver) -> str:
    """A definition whose systems (`https://….example`) are behind `receiver`."""
    return text.replace("https://", f"http://127.0.0.1:{receiver.port}/")


def _read(request: bytes) -> Call:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().splitlines()
    method, target, _ = first.split()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    parts = urlsplit(target)
    host, _, path = parts.path.lstrip("/").partition("/")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Call(method, host, f"/{path}", query, json.loads(body) if body else None, headers.get("idempotency-key", ""))
