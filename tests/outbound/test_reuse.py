"""Connections shared between calls, and what is sent again when one turns out to be dead."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from opsflows.outbound import OutboundError
from opsflows.outbound.connection import Connection
from tests.outbound.receiver import OK, Conversation, Receiver


def on_request(number: int, act):
    """Answer every request but the one with this `number` (from 1), where `act` is called."""

    def behave(conversation: Conversation, request: bytes) -> None:
        if len(conversation.receiver.requests) == number:
            act(conversation)
        else:
            conversation.answer(OK)

    return behave


def answer_and(act):
    def behave(conversation: Conversation) -> None:
        conversation.answer(OK)
        act(conversation)

    return behave


def test_calls_to_one_origin_share_a_connection(client, post):
    with Receiver() as receiver:
        for path in ("/a", "/b", "/c?d=e"):
            client.send(post(f"http://127.0.0.1:{receiver.port}{path}"))
    assert receiver.connections == 1


def test_threads_share_the_pool_and_each_gets_its_own_answer(make_client, post):
    def echo(conversation: Conversation, request: bytes) -> None:
        body = request.partition(b"\r\n\r\n")[2]
        conversation.answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    client = make_client(pool_maxsize=4)
    wrong: list[object] = []

    def call(thread: int) -> None:
        for number in range(25):
            sent = f"{thread}-{number}".encode()
            received = client.send(post(receiver.url, body=sent)).body
            if received != sent:
                wrong.append((sent, received))

    with Receiver(echo) as receiver:
        threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(receiver.requests) == 300
    assert receiver.connections < 300


def test_a_connection_closed_while_idle_costs_nothing(client, post):
    with Receiver(on_request(1, answer_and(Conversation.close))) as receiver:
        client.send(post(receiver.url))
        receiver.closed.acquire(timeout=5)
        assert client.send(post(receiver.url)).status == 200
    assert (receiver.connections, len(receiver.requests)) == (2, 2)


def test_a_connection_that_says_close_is_not_kept(client, post):
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with Receiver(lambda conversation, _: conversation.answer(closing)) as receiver:
        client.send(post(receiver.url))
        client.send(post(receiver.url))
    assert receiver.connections == 2


def test_a_connection_with_an_unread_body_is_not_kept(make_client, post):
    def begin(conversation: Conversation, request: bytes) -> None:
        conversation.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nlong b")

    client = make_client(body_limit=5)
    with Receiver(begin) as receiver:
        for _ in range(2):
            assert client.send(post(receiver.url)).body == b"long "
    assert receiver.connections == 2


EXTRA = b"HTTP/1.1 500 Evil\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("pieces", [[OK, EXTRA], [OK + EXTRA], [OK + EXTRA[:5], EXTRA[5:]]])
def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one(client, post, pieces):
    def say_more(conversation: Conversation, request: bytes) -> None:
        for piece in pieces:
            conversation.answer(piece)
        said.release()

    said = threading.Semaphore(0)
    with Receiver(say_more) as receiver:
        for _ in range(3):
            assert client.send(post(receiver.url)).status == 200
            said.acquire(timeout=5)
    assert receiver.connections == 3


def test_connections_long_idle_or_old_are_replaced(client, post, pass_time):
    with Receiver() as receiver:
        for seconds, connections in ((0, 1), (3, 1), (5, 2), *((3, 2),) * 19, (3, 3)):
            pass_time(seconds)
            client.send(post(receiver.url))
            assert receiver.connections == connections


def test_no_more_idle_connections_are_kept_than_allowed(make_client, post):
    client = make_client(pool_total=1)
    with Receiver() as one, Receiver() as other:
        for _ in range(3):
            client.send(post(one.url))
            client.send(post(other.url))
    assert (one.connections, other.connections) == (1, 3)


def test_no_more_idle_connections_are_kept_for_one_origin_than_allowed(make_client, post):
    client = make_client(pool_maxsize=2)
    together = threading.Barrier(4, timeout=5)

    def wait(conversation: Conversation, request: bytes) -> None:
        together.wait()
        conversation.answer(OK)

    with Receiver(wait) as receiver:
        for _ in range(2):
            with ThreadPoolExecutor(4) as executor:
                list(executor.map(lambda _: client.send(post(receiver.url)), range(4)))
    assert receiver.connections == 4 + 2


def test_connections_to_receivers_no_longer_called_are_closed(make_client, post, pass_time):
    client = make_client(pool_total=1)
    with Receiver() as forgotten, Receiver() as called:
        client.send(post(forgotten.url))
        pass_time(10)
        client.send(post(called.url))
        assert forgotten.closed.acquire(timeout=5)
        client.send(post(called.url))
    assert called.connections == 1


def test_a_closed_client_keeps_nothing(client, post):
    with Receiver() as receiver:
        client.send(post(receiver.url))
        client.close()
        client.send(post(receiver.url))
        client.send(post(receiver.url))
    assert receiver.connections == 3


@pytest.mark.parametrize("act", [Conversation.close, Conversation.reset])
def test_a_request_that_may_have_arrived_is_not_sent_again(client, post, act):
    with Receiver(on_request(2, act)) as receiver:
        client.send(post(receiver.url))
        with pytest.raises(OutboundError) as raised:
            client.send(post(receiver.url))
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == ("reset", None, True)
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("act", [Conversation.close, Conversation.reset])
def test_unless_it_is_safe_to_repeat(client, post, act):
    with Receiver(on_request(2, act)) as receiver:
        client.send(post(receiver.url))
        assert client.send(post(receiver.url), repeat_safe=True).status == 200
    assert len(receiver.requests) == 3
    assert receiver.connections == 2


def test_it_is_sent_again_only_once_and_only_if_the_connection_was_kept(client, post):
    receiver = Receiver(lambda conversation, _: conversation.close())
    with receiver, pytest.raises(OutboundError, match="without an answer"):
        client.send(post(receiver.url), repeat_safe=True)
    assert len(receiver.requests) == 1


def test_a_request_of_which_nothing_left_is_sent_on_a_new_connection(client, post, monkeypatch):
    with Receiver(on_request(1, answer_and(Conversation.reset))) as receiver:
        client.send(post(receiver.url))
        receiver.closed.acquire(timeout=5)
        # As if the reset came just after the check.
        monkeypatch.setattr(Connection, "is_dropped", lambda self: False)
        assert client.send(post(receiver.url)).status == 200
    assert len(receiver.requests) == 2


def test_an_answer_cut_off_is_an_error_that_says_the_request_arrived(client, post):
    def cut(conversation: Conversation) -> None:
        conversation.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        conversation.close()

    with Receiver(on_request(2, cut)) as receiver:
        client.send(post(receiver.url))
        with pytest.raises(OutboundError) as raised:
            client.send(post(receiver.url), repeat_safe=True)
    assert (raised.value.kind, raised.value.sent) == ("reset", True)
    assert "answered 200" in raised.value.detail
    assert len(receiver.requests) == 2
