"""What goes over the wire, and what comes back as an answer."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsflows.outbound import HttpClient, OutboundError, OutboundRequest
from tests.outbound.receiver import Conversation, Receiver


def answering(data: bytes, *, close: bool = False):
    def behave(conversation: Conversation, request: bytes) -> None:
        conversation.answer(data)
        if close:
            conversation.close()

    return behave


def test_a_request_arrives_as_it_was_given(client, post):
    with Receiver() as receiver:
        response = client.send(
            post(f"{receiver.url}?a=1&b=ü", headers={"Idempotency-Key": "run-1", "User-Agent": "Test"})
        )
    assert receiver.requests == [
        b"POST /hook?a=1&b=%C3%BC HTTP/1.1\r\n"
        + b"Host: 127.0.0.1:%d\r\n" % receiver.port
        + b"Accept-Encoding: identity\r\nIdempotency-Key: run-1\r\nUser-Agent: Test\r\nAccept: */*\r\n"
        + b'Content-Length: 13\r\n\r\n{"amount":12}'
    ]
    assert response.status == 200
    assert response.headers == {"content-type": "application/json", "content-length": "11"}
    assert response.json() == {"ok": True}
    assert not response.truncated
    assert response.elapsed_ms >= 0


def test_a_post_without_a_body_says_so(client, post):
    with Receiver() as receiver:
        client.send(post(receiver.url, body=None))
        client.send(post(receiver.url, body=None, method="GET"))
    assert b"Content-Length: 0\r\n" in receiver.requests[0]
    assert b"Content-Length" not in receiver.requests[1]


@pytest.mark.parametrize("size", [200_000, 3_000_000])
def test_a_large_body_arrives_whole(client, post, size):
    body = bytes(range(256)) * (size // 256)
    with Receiver() as receiver:
        client.send(post(receiver.url, body=body))
    assert receiver.requests[0].endswith(body)


def test_a_redirect_is_an_answer(client, post):
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with Receiver(answering(answer)) as receiver:
        response = client.send(post(receiver.url))
    assert (response.status, response.headers["location"]) == (302, "http://169.254.169.254/")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [204, 304, 404, 429, 500, 503])
def test_every_status_is_an_answer(client, post, status):
    with Receiver(answering(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)) as receiver:
        assert client.send(post(receiver.url)).status == status


def test_interim_answers_are_passed_over(client, post):
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with Receiver(answering(interim + b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi")) as receiver:
        responses = [client.send(post(receiver.url)) for _ in range(2)]
    assert [(response.status, response.body) for response in responses] == [(201, b"hi")] * 2
    assert receiver.connections == 1


def test_a_chunked_body_is_put_together(client, post):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with Receiver(answering(chunked)) as receiver:
        assert [client.send(post(receiver.url)).body for _ in range(2)] == [b"abcde"] * 2
    assert receiver.connections == 1


def test_a_body_that_ends_with_the_connection_is_whole(client, post):
    with Receiver(answering(b"HTTP/1.1 200 OK\r\n\r\nall of it", close=True)) as receiver:
        assert client.send(post(receiver.url)).body == b"all of it"


def test_the_answer_to_head_has_no_body(client, post):
    with Receiver(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) as receiver:
        assert client.send(post(receiver.url, method="HEAD", body=None)).body == b""
        assert client.send(post(receiver.url, method="HEAD", body=None)).status == 200


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000,
        b"Transfer-Encoding: chunked\r\n\r\n" + b"493e0\r\n" + b"x" * 300_000 + b"\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n",
    ],
)
def test_only_the_first_bytes_of_a_body_are_kept(make_client, post, framing):
    with Receiver(answering(b"HTTP/1.1 200 OK\r\n" + framing)) as receiver:
        response = make_client(body_limit=1000).send(post(receiver.url))
    assert (response.body, response.truncated) == (b"x" * 1000, True)


def test_a_body_of_exactly_the_limit_is_whole(make_client, post):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    with Receiver(answering(answer)) as receiver:
        response = make_client(body_limit=1000).send(post(receiver.url))
    assert (len(response.body), response.truncated) == (1000, False)


def test_repeated_headers_are_joined_and_made_fit_to_be_stored(client, post):
    answer = b"HTTP/1.1 200 OK\r\nVary: a\r\nVARY: b\r\nX-Odd: n\x00ul\r\nContent-Length: 0\r\n\r\n"
    with Receiver(answering(answer)) as receiver:
        headers = client.send(post(receiver.url)).headers
    assert (headers["vary"], headers["x-odd"]) == ("a, b", "n ul")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (b"text/plain; charset=utf-8", "Grüße".encode(), "Grüße"),
        (b"text/plain; charset=iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        (b"text/plain", b"a\xffb\x00c", "a\ufffdb\ufffdc"),
        (b"text/plain; charset=punycode", b"abc-", "abc-"),
    ],
)
def test_text_is_read_as_declared_and_never_fails(client, post, content_type, body, text):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (content_type, len(body))
    with Receiver(answering(head + body)) as receiver:
        response = client.send(post(receiver.url))
    assert response.text() == text
    assert response.text(limit=2) == text[:2]


@pytest.mark.parametrize(
    ("body", "document"),
    [(b'{"a":1.10}', {"a": Decimal("1.10")}), (b"", None), (b"<html>", None), (b'{"a":NaN}', None)],
)
def test_json_is_exact_or_none(client, post, body, document):
    with Receiver(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))) as receiver:
        assert client.send(post(receiver.url)).json() == document


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"headers": {"Host": "internal"}}, "Host"),
        ({"headers": {"transfer-encoding": "chunked"}}, "transfer-encoding"),
        ({"headers": {"X-Note": "a\r\nX-Evil: 1"}}, "X-Note"),
        ({"headers": {"X-Note": "a\n b"}}, "X-Note"),
        ({"headers": {"X Note": "a"}}, "X Note"),
        ({"headers": {"": "a"}}, "header name"),
        ({"headers": {"X-Note": "Łódź"}}, "X-Note"),
        ({"method": "CONNECT"}, "CONNECT"),
        ({"method": "GET / HTTP/1.1\r\n"}, "method"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(client, post, values, names):
    with Receiver() as receiver, pytest.raises(OutboundError) as raised:
        client.send(post(receiver.url, **values))
    error = raised.value
    assert (error.kind, error.sent, error.retryable) == ("bad_request", False, False)
    assert names in error.detail
    assert receiver.connections == 0


def test_a_request_shows_no_secret(post):
    request = post(
        "https://u:hunter2@example.com/?token=hunter2", headers={"Authorization": "hunter2"}, body=b"hunter2"
    )
    assert "hunter2" not in repr(request) + str(request)


@settings(max_examples=150, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 "]
    ),
    rest=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [b"\r\n", b"\r\n\r\n", b"-1\r\n", b"Content-Length: 5", b"0\r\n", b"ffffffffffffffffff\r\n"]
            ),
        ),
        max_size=8,
    ),
)
@example(start=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", rest=[b"-5\r\nabc"])
@example(start=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", rest=[b"ffffffffffffffffff\r\nabc"])
@example(start=b"HTTP/1.1 200 OK\r\n", rest=[b"Content-Length: -5\r\n\r\nabc"])
@example(start=b"HTTP/1.1 100 Continue\r\n\r\n" * 3, rest=[b"HTTP/1.1 103 X\r\n\r\n" * 20])
def test_no_answer_makes_an_unknown_error(start, rest):
    client = HttpClient(allowed_networks=["127.0.0.0/8"])
    outcome: object
    with Receiver(answering(start + b"".join(rest), close=True)) as receiver:
        try:
            outcome = client.send(OutboundRequest("POST", receiver.url, {}, b"{}", 5.0)).status >= 200
        except OutboundError as error:
            outcome = error.kind in {"reset", "bad_response"} and error.retryable and error.sent is not False
    client.close()
    assert outcome is True
