"""Name lookups: shared, remembered for a while, and never longer than the deadline."""

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from opsflows.outbound import OutboundError
from tests.outbound.receiver import Receiver


class CountingResolver:
    def __init__(self, answer):
        self.asked = Counter()
        self._answer = answer

    def __call__(self, host):
        self.asked[host] += 1
        return self._answer(host)


def test_an_answer_is_remembered_for_five_seconds(make_client, post, pass_time):
    resolver = CountingResolver(lambda host: ["127.0.0.1"])
    client = make_client(resolver=resolver, idle_seconds=0.0)
    with Receiver() as receiver:
        for seconds, asked in ((0, 1), (4, 1), (2, 2), (4, 2)):
            pass_time(seconds)
            client.send(post(f"http://a.example.com:{receiver.port}/"))
            assert resolver.asked["a.example.com"] == asked
    assert receiver.connections == 4


def test_a_failure_is_remembered_for_one_second(make_client, post, pass_time):
    def fail(host):
        raise OSError("down")

    resolver = CountingResolver(fail)
    client = make_client(resolver=resolver)
    for seconds, asked in ((0, 1), (0.5, 1), (2, 2)):
        pass_time(seconds)
        with pytest.raises(OutboundError, match="down"):
            client.send(post("http://a.example.com/"))
        assert resolver.asked["a.example.com"] == asked


def test_threads_that_ask_at_once_share_one_lookup(make_client, post):
    def slow(host):
        resolving.wait(5)
        return ["127.0.0.1"]

    resolving = threading.Event()
    resolver = CountingResolver(slow)
    client = make_client(resolver=resolver)
    with Receiver() as receiver, ThreadPoolExecutor(8) as executor:
        calls = [executor.submit(client.send, post(f"http://a.example.com:{receiver.port}/")) for _ in range(8)]
        resolving.set()
        assert [call.result().status for call in calls] == [200] * 8
    assert resolver.asked == {"a.example.com": 1}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no such name"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "name server did not answer"),
        (OSError("broken"), "broken"),
    ],
)
def test_a_failed_lookup_says_why_and_may_be_tried_again(make_client, post, error, says):
    def fail(host):
        raise error

    with pytest.raises(OutboundError) as raised:
        make_client(resolver=fail).send(post("http://gone.example.com/"))
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == ("dns", False, True)
    assert says in raised.value.detail


def test_a_name_without_an_address_is_an_error(make_client, post):
    with pytest.raises(OutboundError, match="no address"):
        make_client(resolver=lambda host: []).send(post("http://empty.example.com/"))


def test_a_hung_lookup_ends_at_the_deadline_and_holds_up_no_other_name(make_client, post):
    def hang(host):
        if host == "hung.example.com":
            released.wait(30)
        return ["127.0.0.1"]

    released = threading.Event()
    client = make_client(resolver=hang)
    with Receiver() as receiver:
        with pytest.raises(OutboundError, match="did not end within") as raised:
            client.send(post("http://hung.example.com/", timeout=0.1))
        assert client.send(post(f"http://fine.example.com:{receiver.port}/")).status == 200
    released.set()
    assert (raised.value.kind, raised.value.sent) == ("dns", False)


def test_localhost_is_resolved_by_the_system(client, post):
    with Receiver() as receiver:
        resolved = {info[4][0] for info in socket.getaddrinfo("localhost", None)}
        if resolved != {"127.0.0.1"}:
            pytest.skip("localhost is more than 127.0.0.1 here")
        assert client.send(post(f"http://localhost:{receiver.port}/")).status == 200


def test_the_next_address_is_tried_when_one_does_not_answer(make_client, post):
    client = make_client(resolver=lambda host: ["127.0.0.3", "127.0.0.1"])
    with Receiver() as receiver:
        assert client.send(post(f"http://two.example.com:{receiver.port}/")).status == 200


def test_an_address_that_does_not_answer_leaves_time_for_the_next(make_client, post, full_listener):
    client = make_client(resolver=lambda host: ["127.0.0.1", "127.0.0.2"])
    with Receiver(address="127.0.0.2", port=full_listener):
        assert client.send(post(f"http://two.example.com:{full_listener}/", timeout=1.0)).status == 200


def test_nobody_listening_is_an_error_that_says_so(client, post):
    with Receiver() as receiver:
        pass
    with pytest.raises(OutboundError) as raised:
        client.send(post(receiver.url))
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == ("connect", False, True)
    assert "refused" in raised.value.detail
