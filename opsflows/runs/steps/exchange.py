"""An HTTP call as a step makes it: checked, frozen with its key, sent, and its answer judged."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from opsflows.outbound import (
    OutboundError,
    OutboundRequest,
    OutboundResponse,
    check_header,
    check_url,
    client,
    redact_headers,
    redact_url,
)
from opsflows.rules import Problem
from opsflows.workflows.kinds import Frozen, OutsideKind
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Unclear

#: Answers that say "not now": the call is made again.
_LATER = frozenset({408, 409, 423, 425, 429})
_MAX_RETRY_AFTER = timedelta(hours=24)


class HttpKind(OutsideKind):
    """A kind that makes one HTTP call. Every attempt carries the same Idempotency-Key, made of run and step."""

    step_type = "webhook"

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


def call_problems(url: str, headers: Mapping[str, str], *, path: str) -> Iterator[Problem]:
    """What is wrong with where a call goes and what it carries, before publishing."""
    if "{{" not in url and (problem := check_url(url)):
        yield Problem(f"{path}.url", problem)
    for name, value in headers.items():
        if problem := check_header(name, "" if "{{" in value else value):
            yield Problem(f"{path}.headers.{name[:80]}", problem)


def freeze_call(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: str | None,
    shown_body: Any,
    content_type: str = "application/json",
    timeout: float,
    repeat_safe: bool,
    key: str,
    expected: Iterable[int] = (),
) -> Frozen:
    """The call, decided. `expected` are the answers that count as success; none given: 200 to 299.

    Raises:
        ValueError: the URL is none.
    """
    if problem := check_url(url):
        raise ValueError(f"url: {problem}")
    sent = _headers(headers, key=key, content_type=content_type if body is not None else None)
    request: dict[str, Any] = {"method": method, "url": url, "headers": sent, "body": body, "timeout": timeout}
    if statuses := sorted(expected):
        request["expected"] = statuses
    shown = {"method": method, "url": redact_url(url), "headers": redact_headers(sent), "body": shown_body}
    return Frozen(request=request, shown=shown, timeout=timeout, repeat_safe=repeat_safe or method == "GET")


def _headers(given: Mapping[str, str], *, key: str, content_type: str | None) -> dict[str, str]:
    """The step's own headers over ours, however they are spelled; the key is always ours."""
    ours = {"User-Agent": "OpsFlows", "Accept": "application/json"}
    if content_type is not None:
        ours["Content-Type"] = content_type
    names = {name.lower() for name in given}
    kept = {name: value for name, value in ours.items() if name.lower() not in names}
    own = {name: value for name, value in given.items() if name.lower() != "idempotency-key"}
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
    expected = frozen.request.get("expected", ())
    if response.status in expected if expected else 200 <= response.status < 300:
        return Done(output=output)
    message = f"The other side answered {response.status}"
    if not frozen.repeat_safe and (response.status >= 500 or response.status == 408):
        # A gateway that gave up waiting answers so, too, and behind it the call may have been carried out.
        return Unclear(f"{message}; whether it was carried out is unclear.", output=output)
    if response.status >= 500 or response.status in _LATER:
        return Retry(f"{message}.", after=_retry_after(response), output=output)
    if 200 <= response.status < 300:
        return Fail(f"{message}; expected was {' or '.join(map(str, expected))}.", output=output)
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
