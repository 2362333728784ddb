"""The webhook action against a real receiver."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opsflows.runs.models import Execution, QueueItem
from opsflows.workflows.models import Workflow
from tests.outbound.receiver import Conversation, Receiver
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def answers() -> list[bytes]:
    return []


@pytest.fixture
def receiver(answers: list[bytes]) -> Iterator[Receiver]:
    def behave(conversation: Conversation, request: bytes) -> None:
        answer = answers.pop(0) if answers else b'200 OK\r\n\r\n{"id": 7}'
        if answer == b"reset":
            conversation.reset()
            return
        head, _, body = answer.partition(b"\r\n\r\n")
        length = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        conversation.answer(b"HTTP/1.1 " + head + length + body)

    with Receiver(behave) as receiver:
        yield receiver


def header(request: bytes, name: str) -> str:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return next(value.strip() for key, _, value in (line.partition(":") for line in lines) if key.lower() == name)


def body(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def test_the_payload_is_rendered_and_the_answer_is_there_for_later_steps(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver
) -> None:
    live(
        "deal.won",
        {"type": "webhook", "url": receiver.url, "payload": {"who": "{{name}}", "amount": "{{amount}}"}},
        {"type": "set", "values": {"remote": "{{steps.a1.output.body.id}}"}},
    )
    engine.emit("deal.won", name="Acme", amount=12)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    [request] = receiver.requests
    assert body(request) == {"who": "Acme", "amount": 12}
    assert header(request, "idempotency-key").startswith("ops_")
    assert engine.steps("output_data")[1] == {"remote": 7}


def test_without_a_payload_the_events_own_data_goes_out(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver
) -> None:
    live("deal.won", {"type": "webhook", "url": receiver.url})
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert body(receiver.requests[0]) == {"name": "Acme"}


def test_a_server_error_is_repeated_with_the_same_key_and_the_named_pause(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver, answers: list[bytes]
) -> None:
    answers.append(b"503 Busy\r\nRetry-After: 120\r\n\r\n")
    live("deal.won", {"type": "webhook", "url": receiver.url, "payload": {"at": "{{now}}"}})
    engine.emit("deal.won")
    engine.settle()
    assert (QueueItem.objects.get().scheduled_at - engine.now).total_seconds() == 120
    engine.pass_time(seconds=120)
    first, second = receiver.requests
    assert header(first, "idempotency-key") == header(second, "idempotency-key")
    assert body(first) == body(second)
    assert engine.run().execution_status == Execution.Status.COMPLETED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"404 Not Found\r\n\r\n", "answered 404"), (b"302 Found\r\nLocation: /x\r\n\r\n", "a redirect")],
)
def test_what_a_repeat_would_not_change_fails_at_once(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver, answers: list[bytes], answer: bytes, reason: str
) -> None:
    answers.append(answer)
    live("deal.won", {"type": "webhook", "url": receiver.url})
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert reason in (engine.run().error_message or "")
    assert len(receiver.requests) == 1


def test_a_killed_connection_is_repeated_or_asked_about_as_the_step_says(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver, answers: list[bytes]
) -> None:
    answers += [b"reset", b"reset"]
    live("deal.won", {"type": "webhook", "url": receiver.url}, name="Repeats")
    live("deal.won", {"type": "webhook", "url": receiver.url, "on_unclear": "ask"}, name="Asks")
    engine.emit("deal.won")
    engine.settle()
    by_name = dict(Execution.objects.values_list("workflow__workflow_name", "execution_status"))
    assert by_name == {"Repeats": "waiting", "Asks": "needs_attention"}


def test_a_private_address_is_refused(engine: Engine, live: Callable[..., Workflow], settings: Any) -> None:
    live("deal.won", {"type": "webhook", "url": "http://{{host}}/x"})
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    engine.emit("deal.won", host="127.0.0.1")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert "OUTBOUND_ALLOWED_NETWORKS" in (engine.run().error_message or "")


def test_secrets_stay_out_of_the_trace(engine: Engine, live: Callable[..., Workflow], receiver: Receiver) -> None:
    live(
        "deal.won",
        {
            "type": "webhook",
            "url": f"{receiver.url}?token=hush-hush",
            "headers": {"Authorization": "Bearer hush-hush"},
            "payload": {"password": "hush-hush"},
        },
    )
    engine.emit("deal.won")
    engine.settle()
    assert b"hush-hush" in receiver.requests[0]
    assert "hush-hush" not in str(engine.steps("input_data", "output_data", "error_message"))


def test_a_gateways_answer_says_nothing_about_what_is_behind_it(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver, answers: list[bytes]
) -> None:
    answers.append(b"504 Gateway Timeout\r\n\r\n")
    live("deal.won", {"type": "webhook", "url": receiver.url, "on_unclear": "ask"})
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION


def test_a_header_goes_out_once_however_it_is_spelled(
    engine: Engine, live: Callable[..., Workflow], receiver: Receiver
) -> None:
    live("deal.won", {"type": "webhook", "url": receiver.url, "headers": {"content-type": "application/x-own"}})
    engine.emit("deal.won")
    engine.settle()
    assert receiver.requests[0].lower().count(b"content-type:") == 1
    assert header(receiver.requests[0], "content-type") == "application/x-own"
