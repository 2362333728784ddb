"""The webhook action: an HTTP call whose answer later steps can use."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from opsflows.jsontext import dump_json
from opsflows.outbound import (
    OutboundError,
    OutboundRequest,
    OutboundResponse,
    check_header,
    check_url,
    client,
    redact_headers,
    redact_url,
    redact_value,
)
from opsflows.rules import Problem
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Unclear
from opsflows.workflows.registry import register

#: Answers that say "not now": the call is made again.
_LATER = frozenset({408, 409, 423, 425, 429})
_MAX_RETRY_AFTER = timedelta(hours=24)


class WebhookConfig(StepConfig):
    url: str = Field(description="Where to send it.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: dict[str, str] = Field(default_factory=dict)
    payload: Any = Field(default=None, description="The body, as JSON; left out, the event's own data is sent.")
    timeout: float = Field(default=30, ge=1, le=60, description="Seconds until the call counts as failed.")
    on_unclear: Literal["repeat", "ask"] = Field(
        default="repeat",
        description="When a crash leaves it open whether the call arrived: send it again under the same "
        "Idempotency-Key, or ask a person.",
    )


@register
class WebhookKind(OutsideKind):
    """Calls a URL. Every attempt carries the same Idempotency-Key, made of run and step."""

    kind = "webhook"
    label = "Call a URL"
    icon = "webhook"
    step_type = "webhook"
    Config = WebhookConfig

    def check(self, config: WebhookConfig, *, path: str) -> list[Problem]:
        problems = []
        if "{{" not in config.url and (problem := check_url(config.url)):
            problems.append(Problem(f"{path}.url", problem))
        for name, value in config.headers.items():
            if problem := check_header(name, "" if "{{" in value else value):
                problems.append(Problem(f"{path}.headers.{name[:80]}", problem))
        return problems

    def freeze(self, step: StepContext) -> Frozen:
        config: WebhookConfig = step.config
        if problem := check_url(config.url):
            raise ValueError(f"url: {problem}")
        has_body = config.method not in ("GET", "DELETE") or config.payload is not None
        payload = config.payload if config.payload is not None else step.event_data
        headers = _headers(config, key=step.key, has_body=has_body)
        request = {
            "method": config.method,
            "url": config.url,
            "headers": headers,
            "body": dump_json(payload) if has_body else None,
            "timeout": config.timeout,
        }
        shown = {
            "method": config.method,
            "url": redact_url(config.url),
            "headers": redact_headers(headers),
            "body": redact_value(payload) if has_body else None,
        }
        repeat_safe = config.on_unclear == "repeat" or config.method == "GET"
        return Frozen(request=request, shown=shown, timeout=config.timeout, repeat_safe=repeat_safe)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = frozen.request
        body = request["body"]
        try:
            response = client().send(
                OutboundRequest(
                    method=request["method"],
                    url=request["url"],
                    headers=request["headers"],
                    body=body.encode("utf-8") if body is not None else None,
                    timeout=request["timeout"],
                ),
                repeat_safe=frozen.repeat_safe,
            )
        except OutboundError as error:
            return _no_answer(error, frozen)
        return _answer(response, frozen)


def _headers(config: WebhookConfig, *, key: str, has_body: bool) -> dict[str, str]:
    """The step's own headers over ours, however they are spelled; the key is always ours."""
    ours = {"User-Agent": "OpsFlows", "Accept": "application/json"}
    if has_body:
        ours["Content-Type"] = "application/json"
    given = {name.lower() for name in config.headers}
    kept = {name: value for name, value in ours.items() if name.lower() not in given}
    own = {name: value for name, value in config.headers.items() if name.lower() != "idempotency-key"}
    return {**kept, **own, "Idempotency-Key": key}


def _no_answer(error: OutboundError, frozen: Frozen) -> Outcome:
    if error.sent is not False and not frozen.repeat_safe:
        return Unclear(f"{error.detail} Whether the call arrived is unclear.")
    return Retry(error.detail) if error.retryable else Fail(error.detail)


def _answer(response: OutboundResponse, frozen: Frozen) -> Outcome:
    output = {
        "status": response.status,
        "headers": redact_headers(response.headers),
        "body": _body(response),
        "elapsed_ms": response.elapsed_ms,
    }
    if 200 <= response.status < 300:
        return Done(output=output)
    message = f"The other side answered {response.status}"
    if not frozen.repeat_safe and (response.status >= 500 or response.status == 408):
        # A gateway that gave up waiting answers so, too, and behind it the call may have been carried out.
        return Unclear(f"{message}; whether it was carried out is unclear.", output=output)
    if response.status >= 500 or response.status in _LATER:
        return Retry(f"{message}.", after=_retry_after(response), output=output)
    if 300 <= response.status < 400:
        return Fail(f"{message}: a redirect, which is not followed; use the address it points to.", output=output)
    return Fail(f"{message}, which a repeat would not change.", output=output)


def _body(response: OutboundResponse) -> Any:
    document = response.json()
    return document if document is not None else response.text()


def _retry_after(response: OutboundResponse) -> timedelta | None:
    value = next((text for name, text in response.headers.items() if name.lower() == "retry-after"), "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    return min(timedelta(seconds=int(value)), _MAX_RETRY_AFTER)
