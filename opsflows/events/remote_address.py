"""Whose address a request came from, behind as many proxies as the settings trust."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def remote_address(request: HttpRequest) -> str:
    """The sender's IP address, "" where none is known.

    Each of `TRUSTED_PROXIES` appends the address that it saw to X-Forwarded-For, so they are counted from the right;
    what stands further left was written by the sender itself. A shorter list did not pass all of them: then the
    address of the connection counts.
    """
    connected = str(request.META.get("REMOTE_ADDR") or "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies < 1:
        return connected
    seen = [entry.strip() for entry in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    return _address(seen[-proxies]) if len(seen) >= proxies and seen[-proxies] else connected


def _address(written: str) -> str:
    """An entry without the port that some proxies add; "" for anything that is no address."""
    bare = written
    if written.startswith("["):
        bare = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        bare = written.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
