"""Slack's Web API: one call, and what its answer means."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from opsflows.approvals.deliver.results import NotNeeded, Passing, Refused
from opsflows.jsontext import dump_json
from opsflows.outbound import OutboundError, OutboundRequest, OutboundResponse, client

#: Where Slack is called; tests point it elsewhere.
BASE_URL = "https://slack.com/api/"

_TIMEOUT = 15
_LONGEST_PAUSE = timedelta(hours=1)
_CODE = re.compile(r"[a-z0-9_]{1,60}")
#: Slack's own troubles.
_PASSING = frozenset({"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"})
#: The app's, which an administrator mends.
_ACCESS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    }
)
#: Whoever is asked is not there; nobody has to mend anything.
_NOBODY = frozenset({"users_not_found", "user_not_found", "user_disabled", "cannot_dm_bot"})
#: A message that is gone needs no editing.
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


def call_slack(method: str, *, token: str, body: Mapping[str, Any], as_form: bool = False) -> dict[str, Any]:
    """What Slack answers to `method`, such as chat.postMessage. `as_form`: for methods that take no JSON.

    Raises:
        NotNeeded, Refused, Passing: it was not done; the text names neither the token nor the message.
    """
    content = urlencode(body) if as_form else dump_json(body)
    kind = "application/x-www-form-urlencoded" if as_form else "application/json"
    request = OutboundRequest(
        method="POST",
        url=BASE_URL + method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": f"{kind}; charset=utf-8"},
        body=content.encode("utf-8"),
        timeout=_TIMEOUT,
    )
    try:
        response = client().send(request)
    except OutboundError as error:
        if error.retryable:
            raise Passing(f"Slack could not be reached: {error.detail}", is_down=True) from None
        raise Refused(f"Slack could not be reached: {error.detail}") from None
    return _read(response, method)


def _read(response: OutboundResponse, method: str) -> dict[str, Any]:
    if response.status == 429:
        raise Passing("Slack asks for a pause (429).", after=_pause(response), is_down=True)
    document = response.json()
    if response.status >= 500 or not isinstance(document, dict):
        raise Passing(f"Slack answered {response.status} to {method}.", is_down=True)
    if document.get("ok") is True:
        return document
    said = str(document.get("error"))
    code = said if _CODE.fullmatch(said) else "no reason"
    if code in _NOBODY:
        raise NotNeeded(f"Slack knows nobody with this address ({code}).")
    if code in _GONE:
        raise NotNeeded(f"The message is gone from Slack ({code}).")
    if code in _ACCESS:
        text = (
            f"Slack does not let the app in ({code}); check the bot token and its scopes in the channels of approvals."
        )
        raise Passing(text, is_down=True)
    if code in _PASSING:
        raise Passing(f"Slack cannot do it now ({code}).", after=_pause(response))
    raise Refused(f"Slack refused {method} ({code}).")


def _pause(response: OutboundResponse) -> timedelta | None:
    seconds = response.headers.get("retry-after", "")
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    return min(timedelta(seconds=int(seconds)), _LONGEST_PAUSE) if is_number else None
