"""The action that calls an API, against a real receiver."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opsflows.runs.models import Execution
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.outbound.receiver import Conversation, Receiver
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]


@pytest.fixture
def answers() -> list[bytes]:
    return []


@pytest.fixture
def receiver(settings: Any, answers: list[bytes]) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def behave(conversation: Conversation, request: bytes) -> None:
        status = answers.pop(0) if answers else b"200 OK"
        body = b"" if status.startswith(b"204") else b'{"id": 7}'
        conversation.answer(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))

    with Receiver(behave) as receiver:
        yield receiver


def called(engine: Engine, live: Live, receiver: Receiver, **config: Any) -> tuple[str, str]:
    """Run the step; the head and the body that arrived."""
    live("deal.won", {"type": "call_api", "url": receiver.url, **config})
    engine.emit("deal.won", name="Acme & Sons", value=7, ids=[1, 2], token="s3cret")
    engine.settle()
    head, _, body = receiver.requests[-1].partition(b"\r\n\r\n")
    return head.decode(), body.decode()


def test_without_a_word_it_is_a_get_and_sends_nothing_of_the_event(
    engine: Engine, live: Live, receiver: Receiver
) -> None:
    head, body = called(engine, live, receiver)
    assert head.startswith("GET /hook HTTP/1.1")
    assert body == ""
    assert "content-type" not in head.lower()
    assert engine.steps("output_data")[0]["body"] == {"id": 7}


def test_parameters_are_encoded_behind_those_of_the_address(engine: Engine, live: Live, receiver: Receiver) -> None:
    query = {"q": "{{name}}", "id": "{{ids}}", "none": "{{gone}}", "access_token": "{{token}}"}
    head, _ = called(engine, live, receiver, url=f"{receiver.url}?v=2", query=query)
    assert head.startswith("GET /hook?v=2&q=Acme+%26+Sons&id=1&id=2&access_token=s3cret HTTP")
    assert "s3cret" not in json.dumps(engine.steps("input_data"))


@pytest.mark.parametrize(
    ("config", "content_type", "sent"),
    [
        ({"body": {"worth": "{{value}}"}}, "application/json", '{"worth":7}'),
        ({"body": "Worth {{value}}"}, "text/plain; charset=utf-8", "Worth 7"),
        ({"body": "<a>{{value}}</a>", "headers": {"content-type": "text/xml"}}, "text/xml", "<a>7</a>"),
        (
            {"body": {"n": "{{name}}", "v": 7}, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            "application/x-www-form-urlencoded",
            "n=Acme+%26+Sons&v=7",
        ),
    ],
)
def test_the_body_is_what_the_step_says(
    engine: Engine, live: Live, receiver: Receiver, config: dict[str, Any], content_type: str, sent: str
) -> None:
    head, body = called(engine, live, receiver, method="POST", **config)
    lines = [line for line in head.split("\r\n") if line.lower().startswith("content-type:")]
    assert [line.split(": ", 1)[1] for line in lines] == [content_type]
    assert body == sent
    assert "Idempotency-Key: ops_" in head


@pytest.mark.parametrize(
    ("status", "expected", "ends", "reason"),
    [
        (b"204 No Content", [], "completed", ""),
        (b"404 Not Found", [200, 404], "completed", ""),
        (b"302 Found", 302, "completed", ""),
        (b"200 OK", 201, "failed", "answered 200; expected was 201"),
        (b"404 Not Found", [], "failed", "answered 404"),
        (b"503 Unavailable", [201], "waiting", "answered 503"),
    ],
)
def test_which_answers_are_a_success(
    engine: Engine,
    live: Live,
    receiver: Receiver,
    answers: list[bytes],
    status: bytes,
    expected: Any,
    ends: str,
    reason: str,
) -> None:
    answers.append(status)
    called(engine, live, receiver, expectedStatus=expected)
    assert engine.run().execution_status == ends
    [error] = engine.steps("error_message")
    assert reason in (error or "")


def test_an_unclear_call_may_be_left_to_a_person(
    engine: Engine, live: Live, receiver: Receiver, answers: list[bytes]
) -> None:
    answers.append(b"502 Bad Gateway")
    called(engine, live, receiver, method="POST", on_unclear="ask")
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"url": "ftp://x.example"}, "url"),
        ({"headers": {"Host": "x"}}, "headers.Host"),
        ({"body": {"x": 1}}, "body"),
        ({"expectedStatus": [99]}, "expectedStatus"),
        ({"expectedStatus": "many"}, "expectedStatus"),
        ({"method": "TRACE"}, "method"),
        ({"payload": {}}, "payload"),
    ],
)
def test_what_cannot_work_is_not_published(live: Live, config: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        live("deal.won", {"type": "call_api", "url": "https://api.example", **config})
    assert [problem.path for problem in caught.value.problems] == [f"nodes[a1].config.{field}"]
