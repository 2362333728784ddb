"""The email step against a real mail server."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


class Mailbox:
    """Takes every message, unless told what to answer."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 taken"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield mailbox
    server.stop()


def email(**config: Any) -> dict[str, Any]:
    return {"type": "email", "to": ["{{owner}}"], "subject": "Deal: {{name}}", "body": "Worth {{value}}", **config}


def test_a_message_arrives_rendered(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com", name="Acme\r\nBcc: x@example.com", value=12)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    [message] = mailbox.messages
    assert (message["To"], message["Subject"]) == ("ada@example.com", "Deal: Acme Bcc: x@example.com")
    assert message["Bcc"] is None
    assert message.get_payload().strip() == "Worth 12"


def test_a_repeat_carries_the_same_message_id(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email())
    mailbox.answers.append("451 later")
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.WAITING
    engine.pass_time(hours=1)
    first = mailbox.messages[0]["Message-ID"]
    assert engine.steps("output_data")[-1]["message_id"] == first
    assert first.startswith("<ops_")


@pytest.mark.parametrize(
    ("owner", "reason"), [("", "no recipient"), (None, "no recipient"), ("nobody", "not an email address")]
)
def test_a_recipient_that_is_none_is_said(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, owner: str | None, reason: str
) -> None:
    live("deal.won", email())
    engine.emit("deal.won", owner=owner)
    engine.settle()
    assert reason in (engine.run().error_message or "")
    assert not mailbox.messages


def test_a_lasting_refusal_fails_and_an_unreachable_server_waits(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, settings: Any
) -> None:
    mailbox.answers.append("554 never")
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    settings.EMAIL_PORT = 1
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert Execution.objects.latest("id").execution_status == Execution.Status.WAITING


def test_a_recipient_list_that_is_missing_is_said(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", email(to="{{owners}}"))
    engine.emit("deal.won")
    engine.settle()
    assert "no recipient" in (engine.run().error_message or "")
