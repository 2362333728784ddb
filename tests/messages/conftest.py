"""The engine's fixtures, a mail server, and the texts that come with the house."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command

from tests.runs.conftest import account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]


class Mailbox:
    """Takes every message, unless told what to answer."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        #: The envelope's recipients, a list for each message.
        self.sent_to: list[list[str]] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.sent_to.append(list(envelope.rcpt_tos))
        return "250 taken"

    def text(self) -> str:
        """The plain text of the only message."""
        return self._part("plain")

    def html(self) -> str:
        """The HTML alternative of the only message."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        [message] = self.messages
        part = message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).strip()


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


@pytest.fixture
def shipped(db: None) -> None:
    """The message templates that come with the house."""
    call_command("loaddata", "message_templates", verbosity=0)
