"""Body limits and addresses: refused before anything is read, and counted."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from connectors.registry import preset
from opsflows.accounts.actor import Actor
from opsflows.events.change_source import change_source
from opsflows.events.models import Event, Rejection, Source
from opsflows.events.remote_address import remote_address
from tests.events.conftest import SECRET, Post, stripe_body

pytestmark = pytest.mark.django_db

LIMIT = 1024


class Wire(BytesIO):
    """A body as the server hands it on, which knows how much of it was read."""

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        assert size is not None
        assert size >= 0, "a read without a bound takes whatever the sender sends"
        return super().read(size)


def send(client: Client, source: Source, body: bytes, wire: Wire, **environ: Any) -> Any:
    signed = preset("stripe").sign(body, secret=SECRET, options={}, now=timezone.now())
    environ = {"CONTENT_TYPE": "application/json", "wsgi.input": wire} | environ
    return client.generic("POST", source.path, headers={"Stripe-Signature": signed["Stripe-Signature"]}, **environ)


def send_chunked(client: Client, source: Source, body: bytes, wire: Wire, **environ: Any) -> Any:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    return send(client, source, body, wire, **chunked | environ)


@pytest.fixture
def small(source: Source, actor: Actor) -> Source:
    return change_source(actor=actor, source=source, max_body_bytes=LIMIT, now=timezone.now())


def sized(length: int) -> bytes:
    body = stripe_body()
    return body + b" " * (length - len(body))


def counted() -> list[tuple[str, int]]:
    return list(Rejection.objects.values_list("reason", "count"))


def test_a_body_at_the_limit_is_taken(post: Post, small: Source) -> None:
    assert post(small, sized(LIMIT)).status_code == 202


def test_a_body_past_the_limit_is_413(post: Post, small: Source) -> None:
    response = post(small, sized(LIMIT + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")
    assert counted() == [("too_large", 1)]


@pytest.mark.parametrize("announced", [str(LIMIT + 1), "9" * 30, "9" * 5000])
def test_an_announced_length_past_the_limit_is_refused_unread(client: Client, small: Source, announced: str) -> None:
    wire = Wire(b"x" * 10)
    assert send(client, small, b"", wire, CONTENT_LENGTH=announced).status_code == 413
    assert wire.tell() == 0


@pytest.mark.parametrize("announced", ["x", "-1", "1.5", "²"])
def test_a_length_that_is_no_number_is_400(client: Client, small: Source, announced: str) -> None:
    assert send(client, small, b"", Wire(b"{}"), CONTENT_LENGTH=announced).status_code == 400
    assert counted() == [("malformed_request", 1)]


def test_a_body_shorter_than_announced_is_400(client: Client, small: Source) -> None:
    body = stripe_body()
    response = send(client, small, body, Wire(body), CONTENT_LENGTH=str(len(body) + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "malformed_request")


def test_a_chunked_body_is_taken(client: Client, small: Source) -> None:
    body = stripe_body()
    assert send_chunked(client, small, body, Wire(body)).status_code == 202


def test_a_chunked_body_is_read_no_further_than_the_limit(client: Client, small: Source) -> None:
    wire = Wire(b"x" * LIMIT * 100)
    assert send_chunked(client, small, b"", wire).status_code == 413
    assert wire.tell() == LIMIT + 1
    assert counted() == [("too_large", 1)]


def test_a_broken_chunked_body_is_400(client: Client, small: Source) -> None:
    class Broken(Wire):
        def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
            raise RuntimeError("invalid chunk size")

    assert send_chunked(client, small, b"", Broken()).status_code == 400


def test_chunks_that_the_server_does_not_read_are_400(client: Client, small: Source) -> None:
    response = send_chunked(client, small, b"", Wire(b"{}"), **{"wsgi.input_terminated": False})
    assert response.status_code == 400


def test_only_allowed_networks_may_send(post: Post, source: Source, actor: Actor) -> None:
    change_source(actor=actor, source=source, allowed_networks=["203.0.113.0/24", "2001:db8::/32"], now=timezone.now())
    for address, status in [
        ("203.0.113.7", 202),
        ("::ffff:203.0.113.7", 202),
        ("2001:db8::1", 202),
        ("203.0.114.7", 403),
        ("::1", 403),
        ("nonsense", 403),
        ("", 403),
    ]:
        assert post(source, stripe_body(), REMOTE_ADDR=address).status_code == status, address
    assert Event.objects.count() == 3
    assert counted() == [("address_not_allowed", 4)]


def test_a_forwarded_address_is_believed_only_from_trusted_proxies(post: Post, source: Source, actor: Actor) -> None:
    change_source(actor=actor, source=source, allowed_networks=["203.0.113.0/24"], now=timezone.now())
    response = post(source, stripe_body(), REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.7", "198.51.100.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "192.0.2.1, 203.0.113.7", "203.0.113.7"),
        (2, "192.0.2.1, 203.0.113.7,10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "203.0.113.7:5678", "203.0.113.7"),
        (1, "[2001:db8::1]:5678", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", ""),
    ],
)
def test_proxies_are_counted_from_the_right(settings: Any, proxies: int, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().post("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert remote_address(request) == expected
