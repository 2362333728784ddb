"""The timeout bounds the whole call: each of these receivers would go on for much longer."""

import threading

import pytest

from opsflows.outbound import OutboundError
from tests.outbound.receiver import Conversation, Receiver

LONG = b"x" * 400


def drip(start: bytes, slowly: bytes):
    def behave(conversation: Conversation, request: bytes) -> None:
        conversation.answer(start)
        conversation.drip(slowly)

    return behave


@pytest.mark.parametrize(
    ("behave", "kind", "sent"),
    [
        (lambda conversation, _: conversation.hold(), "timeout", None),
        (drip(b"", b"HTTP/1.1 200 OK\r\nX-Slow: " + LONG), "timeout", None),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n", LONG), "too_slow", True),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n", LONG), "too_slow", True),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 80), "too_slow", True),
    ],
)
def test_a_slow_answer_ends_at_the_deadline(client, post, behave, kind, sent):
    with Receiver(behave) as receiver, pytest.raises(OutboundError) as raised:
        client.send(post(receiver.url, timeout=0.5))
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == (kind, sent, True)
    assert "0.5 s" in raised.value.detail


def test_a_connection_given_up_on_is_not_used_again(client, post):
    def late(conversation: Conversation, request: bytes) -> None:
        if len(conversation.receiver.requests) == 1:
            given_up.wait(5)
        conversation.answer(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % (200 + len(conversation.receiver.requests)))

    given_up = threading.Event()
    with Receiver(late) as receiver:
        with pytest.raises(OutboundError):
            client.send(post(receiver.url, timeout=0.3))
        given_up.set()
        assert client.send(post(receiver.url)).status == 202


def test_a_receiver_that_does_not_read_ends_at_the_deadline(client, post):
    with Receiver(greet=Conversation.hold) as receiver, pytest.raises(OutboundError) as raised:
        client.send(post(receiver.url, body=b"x" * 50_000_000, timeout=0.5))
    assert (raised.value.kind, raised.value.sent) == ("timeout", None)


def test_a_connection_that_is_not_accepted_ends_at_the_deadline(client, post, full_listener):
    with pytest.raises(OutboundError) as raised:
        client.send(post(f"http://127.0.0.1:{full_listener}/", timeout=0.2))
    assert (raised.value.kind, raised.value.sent) == ("timeout", False)


def test_an_early_refusal_of_a_large_body_is_read(client, post):
    def refuse(conversation: Conversation) -> None:
        conversation.sock.recv(1000)
        conversation.answer(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        conversation.close()

    with Receiver(greet=refuse) as receiver:
        assert client.send(post(receiver.url, body=b"x" * 50_000_000)).status == 413
        assert client.send(post(receiver.url, body=b"x" * 50_000_000)).status == 413
    assert receiver.connections == 2
