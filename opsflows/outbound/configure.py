"""The client of this process, as the settings want it: the only place of this room that knows Django."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from opsflows.outbound.addresses import Network, parse_networks, refusal
from opsflows.outbound.client import HttpClient
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.target import parse_target

_clients: dict[tuple[int, tuple[str, ...]], HttpClient] = {}


def client() -> HttpClient:
    """The process-wide client.

    A fork gets a new one, since two processes must not write on one socket; so do changed settings.

    Raises:
        ImproperlyConfigured: when `OUTBOUND_ALLOWED_NETWORKS` holds something that is no network.
    """
    key = (os.getpid(), _allowed_networks())
    found = _clients.get(key)
    if found is None:
        _networks()
        fresh = HttpClient(allowed_networks=key[1])
        # No lock: one held by another thread at the moment of a fork would never be released in the child.
        found = _clients.setdefault(key, fresh)
        for other in list(_clients):
            if other != key:
                _clients.pop(other, None)
    return found


def check_url(url: str) -> str | None:
    """The sentence that says what is wrong with `url`, for forms; None where it can be called.

    Looks at the text alone. What a name resolves to is judged when it is called.
    """
    try:
        target = parse_target(url)
    except OutboundError as error:
        return error.detail
    if target.address is None:
        return None
    what = refusal(target.address, _networks())
    if what is None:
        return None
    return f"The URL leads to {what}; calls reach public addresses and those in OUTBOUND_ALLOWED_NETWORKS only."


def _allowed_networks() -> tuple[str, ...]:
    return tuple(settings.OUTBOUND_ALLOWED_NETWORKS)


def _networks() -> tuple[Network, ...]:
    try:
        return parse_networks(_allowed_networks())
    except ValueError as error:
        raise ImproperlyConfigured(f"OUTBOUND_ALLOWED_NETWORKS: {error}") from None
