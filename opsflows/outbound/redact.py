"""What may be shown of a call: secrets masked by the names they go under."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

MASK = "••••"

#: Anywhere in a name, its separators left out: clientSecret, X-Api-Key, db_password.
_FRAGMENTS = (
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "authorization",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "accesstoken",
    "authtoken",
    "refreshtoken",
)
#: As a word of a name: X-Auth-Token, Stripe-Signature, but neither "author" nor "max_tokens".
_WORDS = frozenset({"auth", "bearer", "cookie", "jwt", "otp", "pwd", "sig", "signature", "token"})
#: Under these, a URL's query carries secrets, while in a document they are ordinary names.
_QUERY_NAMES = frozenset({"code", "key"})
#: Incoming-webhook addresses whose path is the secret: host, and the part of the path that may be shown.
_SECRET_PATHS = (
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
    ("webhook.office.com", "/webhookb2/"),
    ("outlook.office.com", "/webhook/"),
    ("hooks.zapier.com", "/hooks/catch/"),
    ("api.telegram.org", "/bot"),
)

_SEPARATOR = re.compile(r"([&;])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_URL = re.compile(
    r"(?P<start>[A-Za-z][A-Za-z0-9+.-]*://)(?:(?P<user>[^/?#]*)@)?(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)",
    re.DOTALL,
)


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a header, key or parameter of this name is taken to hold a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    return any(fragment in joined for fragment in _FRAGMENTS) or not _WORDS.isdisjoint(words)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """`headers` with the values of secret-looking names masked."""
    return {name: MASK if is_secret_name(name) else value for name, value in headers.items()}


def redact_value(value: Any) -> Any:
    """A copy of a JSON document with the values under secret-looking keys masked, and the secrets in its URLs.

    Null stays null under such a key, so that a missing secret can be seen to be missing.
    """
    if isinstance(value, Mapping):
        return {
            key: MASK if inner is not None and is_secret_name(str(key)) else redact_value(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_value(inner) for inner in value]
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        return redact_url(value)
    return value


def redact_url(url: str) -> str:
    """`url` with its credentials, secret-looking query values, and secret webhook paths masked."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return url
    user = "" if parts["user"] is None else f"{MASK}@"
    path = _redact_path(parts["host"].lower(), parts["path"])
    query, hash_mark, fragment = parts["rest"].partition("#")
    # A fragment never leaves with a call, but tokens are sometimes kept in one.
    return f"{parts['start']}{user}{parts['host']}{path}{_redact_query(query)}{hash_mark}{_redact_query(fragment)}"


def _redact_path(host: str, path: str) -> str:
    host = host.partition(":")[0]
    for suffix, shown in _SECRET_PATHS:
        if path.startswith(shown) and (host == suffix or host.endswith(f".{suffix}")):
            return f"{shown}{MASK}"
    return path


def _redact_query(query: str) -> str:
    mark = "?" if query.startswith("?") else ""
    return mark + "".join(_redact_parameter(part) for part in _SEPARATOR.split(query[len(mark) :]))


def _redact_parameter(part: str) -> str:
    name, equals, value = part.partition("=")
    if not value:
        return part
    plain = unquote_plus(name)
    return f"{name}{equals}{MASK}" if plain.lower() in _QUERY_NAMES or is_secret_name(plain) else part
