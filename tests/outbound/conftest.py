"""Clients and requests for the tests of this room."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from opsflows.outbound import HttpClient, OutboundRequest

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def make_client() -> Iterator[Callable[..., HttpClient]]:
    """Clients that may reach 127.0.0.0/8, unless told otherwise; closed after the test."""
    made: list[HttpClient] = []

    def make(**options: Any) -> HttpClient:
        made.append(HttpClient(**{"allowed_networks": [LOOPBACK], **options}))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., HttpClient]) -> HttpClient:
    return make_client()


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass for what the client remembers: idle connections and looked-up names."""
    passed = 0.0
    real = time.monotonic

    def advance(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    clock = SimpleNamespace(monotonic=lambda: real() + passed)
    for module in ("pool", "connection", "resolve"):
        monkeypatch.setattr(f"opsflows.outbound.{module}.time", clock)
    return advance


@pytest.fixture
def post() -> Callable[..., OutboundRequest]:
    """A POST request with sensible values, each of which can be replaced."""

    def build(url: str, **values: Any) -> OutboundRequest:
        defaults: dict[str, Any] = {"method": "POST", "headers": {}, "body": b'{"amount":12}', "timeout": 5.0}
        return OutboundRequest(url=url, **{**defaults, **values})

    return build


@pytest.fixture
def full_listener() -> Iterator[int]:
    """The port of a listener whose queue is full, so that the system drops every further attempt."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
