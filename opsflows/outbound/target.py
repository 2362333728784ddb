"""Where a URL leads: read once, strictly, so that what was checked is what is called."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

import idna

from opsflows.outbound.addresses import Address
from opsflows.outbound.errors import OutboundError

MAX_URL_LENGTH = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?[]"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart.

    Attributes:
        host: lower case, punycode for other scripts, without brackets.
        address: the address when the host is written as one, else None.
        path: path and query, percent-encoded, as the request line carries it.
        host_header: the host, with the port where it is not the scheme's own.
    """

    scheme: str
    host: str
    port: int
    address: Address | None
    path: str
    host_header: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What connections are shared by."""
        return (self.scheme, self.host, self.port)


@lru_cache(maxsize=1024)
def parse_target(url: str) -> Target:
    """Take `url` apart.

    Raises:
        OutboundError: kind `bad_url`, with the sentence that says what is wrong.
    """
    url = url.strip(" ")
    if not url:
        raise _bad("The URL is empty; write one such as https://example.com/hook.")
    if len(url) > MAX_URL_LENGTH:
        raise _bad(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    if _FORBIDDEN.search(url):
        raise _bad("The URL holds a backslash, line break or control character; remove it.")
    try:
        url.encode("utf-8")
        parts = urlsplit(url)
        port = parts.port
    except UnicodeEncodeError:
        raise _bad("The URL holds half of a surrogate pair, which is not Unicode.") from None
    except ValueError:
        raise _bad("The URL cannot be read; check its host and that its port is a number from 1 to 65535.") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise _bad("The URL must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise _bad("The URL holds a user name or password; send it in an Authorization header instead.")
    if not parts.hostname:
        raise _bad("The URL names no host; write one such as https://example.com/hook.")
    if port == 0:
        raise _bad("The URL's port must be a number from 1 to 65535.")
    host, address = _host(parts.hostname, bracketed="[" in parts.netloc)
    shown = f"[{host}]" if address is not None and address.version == 6 else host
    default_port = DEFAULT_PORTS[parts.scheme]
    path = quote(parts.path, safe=_PATH_SAFE) or "/"
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port or default_port,
        address=address,
        path=f"{path}?{quote(parts.query, safe=_QUERY_SAFE)}" if parts.query else path,
        host_header=shown if port in (None, default_port) else f"{shown}:{port}",
    )


def _host(name: str, *, bracketed: bool) -> tuple[str, Address | None]:
    if bracketed:
        try:
            address = ipaddress.IPv6Address(name)
        except ValueError:
            raise _bad("The URL's host is not an IPv6 address, though it stands in brackets.") from None
        if address.scope_id is not None:
            raise _bad("The URL's address names a network interface after a %; leave that out.")
        return str(address), address
    host = _ascii(name).removesuffix(".")
    labels = host.split(".")
    # Decimal, octal, hexadecimal and shortened IPv4 addresses: the system would read them, people would not.
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        try:
            return host, ipaddress.IPv4Address(host)
        except ValueError:
            raise _bad("The URL's host ends in a number; write an IPv4 address as four decimal numbers.") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad("The URL's host is not a valid name; use letters, digits, hyphens and dots.")
    return host, None


def _ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        raise _bad("The URL's host is not a valid international domain name.") from None


def _bad(sentence: str) -> OutboundError:
    return OutboundError("bad_url", sentence)
