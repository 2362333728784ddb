"""The action that calls an external API: the request is what the step says, and nothing beside it."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import Field, field_validator

from opsflows.jsontext import dump_json
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.rules.text import to_text
from opsflows.runs.steps.exchange import HttpKind, call_problems, freeze_call
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, StepConfig, StepContext
from opsflows.workflows.registry import register

_FORM = "application/x-www-form-urlencoded"


class CallApiConfig(StepConfig):
    url: str = Field(title="Address", description="The API's address.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET", title="Method", description="GET reads; the others change something at the other side."
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        title="Headers",
        description="What goes before the content, such as Authorization.",
        json_schema_extra=looks.look(more=True),
    )
    query: dict[str, Any] = Field(
        default_factory=dict, title="Parameters", description="Parameters behind the address; a list repeats."
    )
    body: Any = Field(
        default=None,
        title="Content",
        description="What is sent: as JSON, or as a form where Content-Type says so; a text is sent as it is.",
        json_schema_extra=looks.look(looks.CONTENT),
    )
    expectedStatus: list[int] = Field(  # noqa: N815  (Rules' spelling)
        default_factory=list,
        title="Answers that count as success",
        description="Answers that count as success, such as 201; empty: 200 to 299.",
        json_schema_extra=looks.look(more=True),
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

    @field_validator("expectedStatus", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [] if value in (None, "") else [value]


@register
class CallApiKind(HttpKind):
    """Calls an API; what it answers is there for later steps."""

    kind = "call_api"
    label = "Call an external API"
    about = "Asks another system something and keeps its answer."
    icon = "api"
    Config = CallApiConfig

    def check(self, config: CallApiConfig, *, path: str) -> list[Problem]:
        problems = list(call_problems(config.url, config.headers, path=path))
        if wrong := [status for status in config.expectedStatus if not 200 <= status <= 599]:
            problems.append(Problem(f"{path}.expectedStatus", f"{wrong[0]} is no answer's status; give 200 to 599."))
        if config.method == "GET" and config.body is not None:
            problems.append(Problem(f"{path}.body", "A GET carries no body; use query, or another method."))
        return problems

    def freeze(self, step: StepContext) -> Frozen:
        config: CallApiConfig = step.config
        body, content_type = _body(config)
        return freeze_call(
            method=config.method,
            url=_with_query(config.url, config.query),
            headers=config.headers,
            body=body,
            shown_body=redact_value(config.body),
            content_type=content_type,
            timeout=config.timeout,
            repeat_safe=config.on_unclear == "repeat",
            key=step.key,
            expected=config.expectedStatus,
        )


def _body(config: CallApiConfig) -> tuple[str | None, str]:
    """The body's text, and its type where the step names none."""
    body = config.body
    if body is None:
        return None, ""
    if isinstance(body, str):
        return body, "text/plain; charset=utf-8"
    said = next((value for name, value in config.headers.items() if name.lower() == "content-type"), "")
    if said.lower().startswith(_FORM) and isinstance(body, Mapping):
        return _encoded(body), _FORM
    return dump_json(body), "application/json"


def _with_query(url: str, query: Mapping[str, Any]) -> str:
    if not query:
        return url
    parts = urlsplit(url)
    joined = "&".join(filter(None, (parts.query, _encoded(query))))
    return urlunsplit(parts._replace(query=joined))


def _encoded(values: Mapping[str, Any]) -> str:
    """Names and values as a form sends them: a list repeats its name, and what is empty is left out."""
    pairs = [(name, item) for name, value in values.items() for item in (value if isinstance(value, list) else [value])]
    return urlencode([(name, to_text(item)) for name, item in pairs if item is not None])
