"""What follows when somebody presses a button in a chat message: their decision, or a sentence that says why not."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalDecision, ApprovalMessage, ApprovalTask
from opsflows.approvals.voice import voice_of_chat
from opsflows.queue.enqueue_job import enqueue_job

#: The job that tells whoever pressed why nothing was decided.
REPLY = "approvals.slack_reply"

_UNKNOWN = "This message is not known here any more. Your inbox in OpsFlows shows what waits for you."


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed. `trigger` is the same when Slack sends the same press again."""

    user: str
    channel: str
    verdict: str
    value: str
    comment: str
    trigger: str


def read_press(document: Any) -> Press | None:
    """The press in what Slack sent (`block_actions`); None where no button that decides was pressed."""
    if not isinstance(document, Mapping) or document.get("type") != "block_actions":
        return None
    actions = document.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, Mapping) or action.get("action_id") not in ApprovalDecision.Verdict.values:
        return None
    return Press(
        user=_text(document, "user", "id"),
        channel=_text(document, "container", "channel_id") or _text(document, "channel", "id"),
        verdict=str(action["action_id"]),
        value=str(action.get("value") or ""),
        comment=_text(document, "state", "values", "comment", "comment", "value"),
        trigger=_text(document, "trigger_id"),
    )


def answer_press(press: Press, *, account_id: uuid.UUID, now: datetime) -> str:
    """Decide; the sentence for whoever pressed where that was not possible, else "".

    The caller has checked that Slack signed the press with the secret of this account. Only whom the message was
    written to is heard.
    """
    message_id, _, seen = press.value.partition(":")
    message = _message(message_id, account_id)
    if message is None or message.task is None:
        return _UNKNOWN
    if not message.answer:
        return "This is not ready yet; press once more in a moment."
    if not press.user or message.answer.get("user") != press.user:
        return f"This was sent to {message.task.name}; only they can answer it here."
    try:
        decide(
            voice=voice_of_chat(message.task),
            task_id=message.task.pk,
            verdict=press.verdict,
            comment=press.comment,
            seen=seen,
            now=now,
        )
    except ValidationError as error:
        return f"Nothing was decided. {' '.join(error.messages)}"
    except (Settled, Changed, Forbidden) as error:
        return str(error)
    except ApprovalTask.DoesNotExist:
        return _UNKNOWN
    return ""


def reply_later(press: Press, text: str, *, account_id: uuid.UUID, now: datetime) -> None:
    """Have the sentence shown to whoever pressed, and to nobody else; once, however often the press is sent."""
    digest = hashlib.sha256(f"{account_id}:{press.trigger or press}".encode()).hexdigest()
    params = {"channel": press.channel, "user": press.user, "text": text}
    enqueue_job(kind=REPLY, key=f"{REPLY}.{digest}", account_id=account_id, params=params, now=now)


def _message(text: str, account_id: uuid.UUID) -> ApprovalMessage | None:
    try:
        message_id = uuid.UUID(text)
    except ValueError:
        return None
    rows = ApprovalMessage.objects.filter(
        account=account_id, channel=ApprovalMessage.Channel.SLACK, purpose=ApprovalMessage.Purpose.ASK
    )
    return rows.select_related("task").filter(pk=message_id).first()


def _text(document: Any, *path: str) -> str:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document if isinstance(document, str) else ""
