"""Mail servers that refuse a recipient: for now, or for good."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.messages.conftest import Mailbox
from tests.messages.test_email import email
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refused(mailbox: Mailbox) -> list[str]:
    """What the server says to the next recipients, one after the other; it takes the others."""
    answers: list[str] = []

    async def handle_RCPT(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 taken"

    mailbox.handle_RCPT = handle_RCPT  # type: ignore[attr-defined]  # aiosmtpd looks for it
    return answers


def test_a_greylisted_recipient_is_tried_again(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, refused: list[str]
) -> None:
    refused.append("450 4.2.0 greylisted, come back in five minutes")
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.WAITING
    engine.pass_time(hours=1)
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert mailbox.sent_to == [["ada@example.com"]]


def test_a_recipient_who_is_unknown_there_is_not(
    engine: Engine, live: Callable[..., Workflow], refused: list[str]
) -> None:
    refused.append("550 5.1.1 no such user")
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert "ada@example.com" in (engine.run().error_message or "")
