"""The webhook action: an HTTP call whose answer later steps can use."""

from typing import Any, Literal

from pydantic import Field

from opsflows.jsontext import dump_json
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.runs.steps.exchange import HttpKind, call_problems, freeze_call
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, StepConfig, StepContext
from opsflows.workflows.registry import register


class WebhookConfig(StepConfig):
    url: str = Field(title="Address", description="Where to send it.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="POST", title="Method", description="POST sends something new; GET only reads."
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        title="Headers",
        description="What goes before the content, such as Authorization.",
        json_schema_extra=looks.look(more=True),
    )
    payload: Any = Field(
        default=None,
        title="Content",
        description="The body, as JSON; left out, the event's own data is sent.",
        json_schema_extra=looks.look(looks.CONTENT),
    )
    timeout: float = Field(
        default=30,
        ge=1,
        le=60,
        title="Seconds to wait",
        description="Seconds until the call counts as failed.",
        json_schema_extra=looks.look(more=True),
    )
    on_unclear: Literal["repeat", "ask"] = Field(
        default="repeat",
        title="When it is unclear whether it arrived",
        description="When a crash leaves it open whether the call arrived: send it again under the same "
        "Idempotency-Key, or ask a person.",
        json_schema_extra=looks.look(more=True, labels={"repeat": "Send it again", "ask": "Ask a person"}),
    )


@register
class WebhookKind(HttpKind):
    """Tells a URL what happened: the event's own data, unless the step says what."""

    kind = "webhook"
    label = "Call a URL"
    about = "Tells another system what happened."
    icon = "webhook"
    Config = WebhookConfig

    def check(self, config: WebhookConfig, *, path: str) -> list[Problem]:
        return list(call_problems(config.url, config.headers, path=path))

    def freeze(self, step: StepContext) -> Frozen:
        config: WebhookConfig = step.config
        has_body = config.method not in ("GET", "DELETE") or config.payload is not None
        payload = config.payload if config.payload is not None else step.event_data
        return freeze_call(
            method=config.method,
            url=config.url,
            headers=config.headers,
            body=dump_json(payload) if has_body else None,
            shown_body=redact_value(payload) if has_body else None,
            timeout=config.timeout,
            repeat_safe=config.on_unclear == "repeat",
            key=step.key,
        )
