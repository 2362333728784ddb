"""The Teams step against a receiver that answers as the Workflows app does."""

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


class Channel:
    """A webhook; `answer` is what it says."""

    def __init__(self) -> None:
        self.answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

    def behave(self, conversation: Conversation, request: bytes) -> None:
        conversation.answer(self.answer)

    def says(self, status: str, text: str, *headers: str) -> None:
        lines = "".join(f"{header}\r\n" for header in headers)
        self.answer = f"HTTP/1.1 {status}\r\n{lines}Content-Length: {len(text)}\r\n\r\n{text}".encode()


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def teams(channel: Channel, settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with Receiver(channel.behave) as receiver:
        settings.TEAMS_WEBHOOK_URL = receiver.url
        yield receiver


def sent(receiver: Receiver) -> Any:
    return json.loads(receiver.requests[0].partition(b"\r\n\r\n")[2])


def test_a_card_is_posted(engine: Engine, live: Callable[..., Workflow], teams: Receiver) -> None:
    live("deal.won", {"type": "teams", "title": "Won", "message": "{{name}} signed\nWorth {{value}}\n\nWell done"})
    engine.emit("deal.won", name="Acme", value=3)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    document = sent(teams)
    [attachment] = document["attachments"]
    assert (document["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    blocks = [(block["text"], block.get("spacing")) for block in card["body"]]
    assert blocks == [("Won", None), ("Acme signed", "Default"), ("Worth 3", "None"), ("Well done", "Default")]


def test_text_for_what_takes_no_cards(engine: Engine, live: Callable[..., Workflow], teams: Receiver) -> None:
    live("deal.won", {"type": "teams", "message": "Won", "format": "text"})
    engine.emit("deal.won")
    engine.settle()
    assert sent(teams) == {"text": "Won"}


def test_a_full_channel_is_tried_again(
    engine: Engine, live: Callable[..., Workflow], teams: Receiver, channel: Channel
) -> None:
    for status, text in (
        ("429 Too Many Requests", ""),
        ("200 OK", "Webhook message delivery failed with error: HTTP error 429"),
    ):
        channel.says(status, text, "Retry-After: 60")
        live("deal.won", {"type": "teams", "message": "x"}, name=status)
    engine.emit("deal.won")
    engine.settle()
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {Execution.Status.WAITING}
    channel.says("202 Accepted", "")
    engine.pass_time(hours=1)
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {Execution.Status.COMPLETED}


def test_a_refusal_is_shown(engine: Engine, live: Callable[..., Workflow], teams: Receiver, channel: Channel) -> None:
    channel.says("400 Bad Request", "TriggerInputSchemaMismatch")
    live("deal.won", {"type": "teams", "message": "x"})
    engine.emit("deal.won")
    engine.settle()
    assert "TriggerInputSchemaMismatch" in (engine.run().error_message or "")


def test_the_key_in_the_address_is_not_shown(engine: Engine, live: Callable[..., Workflow], teams: Receiver) -> None:
    live("deal.won", {"type": "teams", "message": "x", "webhook_url": f"{teams.url}?sig=s3cret"})
    engine.emit("deal.won")
    engine.settle()
    assert "s3cret" not in str(engine.steps("input_data", "output_data"))


@pytest.mark.parametrize(
    ("config", "reason"), [({"message": "x" * 30_000}, "too long"), ({"message": "x"}, "TEAMS_WEBHOOK_URL")]
)
def test_what_cannot_be_posted_says_why(
    engine: Engine, live: Callable[..., Workflow], settings: Any, config: dict[str, Any], reason: str
) -> None:
    settings.TEAMS_WEBHOOK_URL = "https://teams.example/x" if reason == "too long" else ""
    live("deal.won", {"type": "teams", **config})
    engine.emit("deal.won")
    engine.settle()
    assert reason in (engine.run().error_message or "")


def test_publishing_refuses_an_address_that_is_none(live: Callable[..., Workflow]) -> None:
    with pytest.raises(InvalidDefinition, match="webhook_url"):
        live("deal.won", {"type": "teams", "message": "x", "webhook_url": "teams"})
