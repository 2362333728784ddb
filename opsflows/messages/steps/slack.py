"""The step kind that posts to Slack."""

from django.conf import settings
from pydantic import Field

from opsflows.messages.webhook import freeze_post, post, url_problems
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Outcome
from opsflows.workflows.registry import register


class SlackConfig(StepConfig):
    message: str = Field(title="Message", description="What is posted.", json_schema_extra=looks.look(looks.LONG_TEXT))
    channel: str = Field(
        default="",
        title="Channel",
        description="Where the address allows to choose one.",
        json_schema_extra=looks.look(looks.CHANNEL),
    )
    webhook_url: str = Field(
        default="",
        title="Webhook address",
        description="Slack's incoming webhook; empty: the one of this installation.",
        json_schema_extra=looks.look(more=True),
    )


@register
class SlackKind(OutsideKind):
    """Posts to Slack through an incoming webhook."""

    kind = "slack"
    label = "Send a Slack message"
    about = "Posts a message to a Slack channel."
    icon = "chat"
    Config = SlackConfig

    def check(self, config: SlackConfig, *, path: str) -> list[Problem]:
        return url_problems(config.webhook_url, path=path)

    def freeze(self, step: StepContext) -> Frozen:
        config: SlackConfig = step.config
        url = config.webhook_url or settings.SLACK_WEBHOOK_URL
        if not url:
            raise ValueError("webhook_url: there is no Slack address; give one here or set SLACK_WEBHOOK_URL.")
        message = {"text": config.message, **({"channel": config.channel} if config.channel else {})}
        return freeze_post(url, message, message)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        return post(frozen, key=key, who="Slack", good=(200,))
