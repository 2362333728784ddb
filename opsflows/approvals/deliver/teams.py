"""Teams: a card in the account's channel. The channel is shared, so the card leads to the inbox and decides nothing."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.approvals.deliver.results import NotNeeded, Passing, Refused
from opsflows.approvals.links.paper import Paper, paper_of
from opsflows.approvals.models import ApprovalChannels, ApprovalMessage
from opsflows.messages.webhook import freeze_post, post
from opsflows.workflows.outcomes import Done, Retry

_LONGEST = 1500
_ADDRESS = re.compile(r"https?://\S+")


def send_teams(message: ApprovalMessage, now: datetime) -> Mapping[str, Any] | None:
    """Post the card. Raises what results.py names."""
    channels = ApprovalChannels.objects.filter(account=message.account_id).first()
    if channels is None or not channels.teams_webhook_url:
        raise NotNeeded("Teams is no longer a channel of this account.")
    if message.task is None:
        raise NotNeeded("The message is about no task.")
    try:
        frozen = freeze_post(channels.teams_webhook_url, _card(paper_of(message.task)), {})
    except ValueError as error:
        raise Refused(str(error)) from None
    key = hashlib.sha256(f"approval.{message.pk}".encode()).hexdigest()
    outcome = post(frozen, key=key, who="Teams", good=(200, 202))
    if isinstance(outcome, Done):
        return None
    if isinstance(outcome, Retry):
        raise Passing(_without_addresses(outcome.error), after=outcome.after, is_down=True)
    raise Refused(_without_addresses(getattr(outcome, "error", "Teams refused it.")))


def _without_addresses(text: str) -> str:
    # The address that was given out for posting is a secret, and an answer may quote it.
    return _ADDRESS.sub("…", text)


def _card(paper: Paper) -> dict[str, Any]:
    """Texts are runs, which Teams shows as they are: what people write in a request is no Markdown."""
    facts = [("Asked by", paper.requester), ("Amount", paper.amount), ("Level", paper.level), ("Due", paper.due)]
    body = [
        _text("Waits for a decision", size="Small", isSubtle=True),
        _text(paper.title, size="Large", weight="Bolder"),
        *(_text(f"{label}: {value}") for label, value in facts if value),
        # One block a line: a run has no line breaks.
        *(_text(line) for line in paper.summary[:_LONGEST].splitlines() if line.strip()),
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        # Teams shows no cards of a later version in what a webhook posts.
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open in the inbox", "url": paper.inbox_url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
