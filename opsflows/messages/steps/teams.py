"""The step kind that posts to Microsoft Teams."""

import re
from typing import Any, Literal

from django.conf import settings
from pydantic import Field

from opsflows.jsontext import dump_json
from opsflows.messages.webhook import freeze_post, post, url_problems
from opsflows.outbound import OutboundResponse
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Outcome
from opsflows.workflows.registry import register

#: Teams refuses messages of more than some 28 KB.
MAX_BYTES = 28_000


class TeamsConfig(StepConfig):
    message: str = Field(title="Message", description="What is posted.", json_schema_extra=looks.look(looks.LONG_TEXT))
    title: str = Field(default="", title="Title", description="Stands above the message.")
    webhook_url: str = Field(
        default="",
        title="Webhook address",
        description="The webhook of a channel; empty: the one of this installation.",
        json_schema_extra=looks.look(more=True),
    )
    format: Literal["card", "text"] = Field(
        default="card",
        title="Written as",
        description="An Adaptive Card, as the Workflows app in Teams takes it, or plain text for what takes no cards.",
        json_schema_extra=looks.look(more=True, labels={"card": "A card", "text": "Plain text"}),
    )


@register
class TeamsKind(OutsideKind):
    """Posts to a channel of Microsoft Teams through a webhook of its Workflows app."""

    kind = "teams"
    label = "Send a Microsoft Teams message"
    about = "Posts a message to a channel in Microsoft Teams."
    icon = "groups"
    Config = TeamsConfig

    def check(self, config: TeamsConfig, *, path: str) -> list[Problem]:
        return url_problems(config.webhook_url, path=path)

    def freeze(self, step: StepContext) -> Frozen:
        config: TeamsConfig = step.config
        url = config.webhook_url or settings.TEAMS_WEBHOOK_URL
        if not url:
            raise ValueError("webhook_url: there is no Teams address; give one here or set TEAMS_WEBHOOK_URL.")
        document = _card(config) if config.format == "card" else _text(config)
        if len(dump_json(document).encode("utf-8")) > MAX_BYTES:
            raise ValueError(f"message: it is too long; Teams takes at most {MAX_BYTES // 1000} KB.")
        shown = {"title": config.title} if config.title else {}
        return freeze_post(url, document, {**shown, "message": config.message, "format": config.format})

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        # A workflow answers 202; the older connectors answer 200, also where the message was held up.
        return post(frozen, key=key, who="Teams", good=(200, 202), busy=_was_held_up)


def _was_held_up(response: OutboundResponse) -> bool:
    return response.status == 200 and "delivery failed" in response.text(500)


def _card(config: TeamsConfig) -> dict[str, Any]:
    title = [{"type": "TextBlock", "text": config.title, "size": "Medium", "weight": "Bolder", "wrap": True}]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        # Teams shows no cards of a later version in what a webhook posts.
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [*(title if config.title else []), *_blocks(config.message)],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _blocks(message: str) -> list[dict[str, Any]]:
    """One block a line: a card has no line breaks within a block."""
    blocks: list[dict[str, Any]] = []
    is_new = True
    for line in re.split(r"\r\n|\r|\n", message):
        if line.strip():
            blocks.append({"type": "TextBlock", "text": line, "wrap": True, "spacing": "Default" if is_new else "None"})
        is_new = not line.strip()
    return blocks


def _text(config: TeamsConfig) -> dict[str, Any]:
    return {"text": config.message, **({"title": config.title} if config.title else {})}
