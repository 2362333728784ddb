"""Posting to a chat room through an address that the chat program gave out (an incoming webhook)."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from opsflows.jsontext import dump_json
from opsflows.outbound import OutboundError, OutboundRequest, OutboundResponse, check_url, client
from opsflows.outbound.redact import MASK
from opsflows.rules import Problem
from opsflows.workflows.kinds import Frozen
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry

_TIMEOUT = 20
_LONGEST_PAUSE = timedelta(hours=24)


def url_problems(url: str, *, path: str) -> list[Problem]:
    """What is wrong with the address that a step gives, before publishing; no address is for `freeze_post` to judge."""
    problem = check_url(url) if url and "{{" not in url else None
    return [Problem(f"{path}.webhook_url", problem)] if problem else []


def freeze_post(url: str, document: Mapping[str, Any], shown: Mapping[str, Any]) -> Frozen:
    """The call, decided. A second message after a crash does less harm than none, so it is safe to repeat."""
    if problem := check_url(url):
        raise ValueError(f"webhook_url: {problem}")
    return Frozen(
        request={"url": url, "body": dump_json(document)},
        shown={"url": _shown(url), **shown},
        timeout=_TIMEOUT,
        repeat_safe=True,
    )


def post(
    frozen: Frozen,
    *,
    key: str,
    who: str,
    good: Collection[int],
    busy: Callable[[OutboundResponse], bool] = lambda response: False,
) -> Outcome:
    """Post it. `good` are the answers that mean it arrived; `busy` finds those of them that mean "not now"."""
    request = OutboundRequest(
        method="POST",
        url=frozen.request["url"],
        headers={"Content-Type": "application/json", "Idempotency-Key": key},
        body=frozen.request["body"].encode("utf-8"),
        timeout=frozen.timeout,
    )
    try:
        response = client().send(request, repeat_safe=True)
    except OutboundError as error:
        return Retry(error.detail) if error.retryable else Fail(error.detail)
    text = f"{who} answered {response.status}: {response.text(200)}"
    if response.status in good:
        return Retry(text) if busy(response) else Done(output={"answer": response.text(200)})
    is_passing = response.status >= 500 or response.status in (408, 429)
    return Retry(text, after=_pause(response)) if is_passing else Fail(text)


def _shown(url: str) -> str:
    """Whose it is: of an address that was given out for posting, all behind the host is the secret, on every host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{MASK}"


def _pause(response: OutboundResponse) -> timedelta | None:
    seconds = response.headers.get("retry-after", "")
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    return min(timedelta(seconds=int(seconds)), _LONGEST_PAUSE) if is_number else None
