"""The Slack step against a receiver that answers as Slack's incoming webhooks do."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.outbound.receiver import Conversation, Receiver
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slack(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def behave(conversation: Conversation, request: bytes) -> None:
        known = b"sales" in request
        status, text = (b"200 OK", b"ok") if known else (b"404 Not Found", b"channel_not_found")
        conversation.answer(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))

    with Receiver(behave) as receiver:
        yield receiver


def test_a_message_is_posted(engine: Engine, live: Callable[..., Workflow], slack: Receiver) -> None:
    step = {"type": "slack", "channel": "#sales-wins", "message": "Big win: ${{value}}", "webhook_url": slack.url}
    live("deal.won", step)
    engine.emit("deal.won", value=150000)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    sent = json.loads(slack.requests[0].partition(b"\r\n\r\n")[2])
    assert sent == {"text": "Big win: $150000", "channel": "#sales-wins"}


def test_slacks_reason_is_shown(engine: Engine, live: Callable[..., Workflow], slack: Receiver) -> None:
    live("deal.won", {"type": "slack", "channel": "#gone", "message": "x", "webhook_url": slack.url})
    engine.emit("deal.won")
    engine.settle()
    assert "channel_not_found" in (engine.run().error_message or "")


def test_without_an_address_the_step_says_what_is_missing(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "slack", "message": "x"})
    engine.emit("deal.won")
    engine.settle()
    assert "SLACK_WEBHOOK_URL" in (engine.run().error_message or "")


def test_the_address_is_a_secret_on_every_host(
    engine: Engine, live: Callable[..., Workflow], slack: Receiver, settings: Any
) -> None:
    """Other chat programs take Slack's messages, too, at addresses of their own."""
    settings.SLACK_WEBHOOK_URL = f"{slack.url}/hooks/s3cret"
    live("deal.won", {"type": "slack", "channel": "#sales", "message": "x"})
    engine.emit("deal.won")
    engine.settle()
    [shown] = engine.steps("input_data")
    assert (shown["url"], shown["text"]) == (f"{slack.url.removesuffix('hook')}••••", "x")
