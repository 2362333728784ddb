"""The rule for event names (source: Triggers, "Event Naming"), and how a vendor's own name is brought to it."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

MAX_LENGTH: Final = 255
"""Characters an event name or a deduplication key may have."""

# Long enough for any word, short enough that a shortened suggestion still has two parts.
_SUGGESTED_PART: Final = 100

_SEGMENT: Final = r"_*[a-z0-9][a-z0-9_]*"
_DOTTED: Final = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})+\Z")
_SINGLE: Final = re.compile(rf"{_SEGMENT}\Z")
_PART_SEPARATOR: Final = re.compile(r"[./:\\|>#]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")
_BETWEEN_WORDS: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameProblem:
    """What is wrong with an event name, and the spelling that would be right.

    `fatal` tells a refusal from a warning: a name of one word is taken, but two parts read better.
    """

    message: str
    suggestion: str
    fatal: bool


def event_name(connector: str, vendor_name: str) -> str:
    """The stored name `<connector>.<vendor's own name>`: lower case, words by `_`, parts by dots.

    Total: whatever the vendor sends, the answer keeps the rule and has at most 255 characters. Letters without an ASCII
    spelling are replaced by a short hash of their part, and a longer name ends in a hash, so that two names stay two.
    """
    parts = [_snake(part) for part in _PART_SEPARATOR.split(vendor_name)]
    return _shorten(".".join([connector, *(filter(None, parts) if any(parts) else ["event"])]))


def check_name(name: str) -> NameProblem | None:
    """Hold a custom name against the rule: lower-case dotted words of letters, digits and underscores, two or more.

    None where it is right; a warning for a single word (`test`); otherwise a refusal with the right spelling.
    """
    if len(name) > MAX_LENGTH:
        message = f"An event name has at most {MAX_LENGTH} characters; this one has {len(name)}."
        return NameProblem(message, suggest_name(name), fatal=True)
    if _DOTTED.match(name):
        return None
    suggestion = suggest_name(name)
    if _SINGLE.match(name):
        return NameProblem(
            f"“{name}” is a single word; two parts say more, such as “{suggestion}”.", suggestion, fatal=False
        )
    message = (
        "An event name is lower-case words of letters, digits and underscores, joined by dots, such as order.shipped; "
        f"write “{suggestion}”."
    )
    return NameProblem(message, suggestion, fatal=True)


def suggest_name(name: str) -> str:
    """The spelling nearest to `name` that keeps the rule: `OrderShipped` and `order-shipped` become `order.shipped`.

    A right name comes back unchanged. Where the name has no parts, its words become the parts.
    """
    if len(name) <= MAX_LENGTH and _DOTTED.match(name):
        return name
    parts = [part for part in map(_snake, _PART_SEPARATOR.split(name)) if part]
    if len(parts) == 1:
        # An underscore that was typed may join one word (`user_id`), so humps, hyphens and spaces are split first.
        words = [word for word in map(_snake, re.split(r"[^\w]+", _HUMP.sub(" ", name))) if word]
        parts = words if len(words) > 1 else parts[0].split("_")
    if len(parts) < 2:
        parts = [*parts, "event"] if parts else ["custom", "event"]
    return _shorten(".".join(part[:_SUGGESTED_PART].rstrip("_") for part in parts))


def bounded_key(key: str) -> str:
    """A deduplication key as it is stored: itself, or its SHA-256 in hex where it is too long or unprintable."""
    if len(key) <= MAX_LENGTH and key.isprintable():
        return key
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _snake(part: str) -> str:
    """One part of a name as lower-case words joined by underscores; empty where it holds no letter or digit."""
    # Accents come apart from their letters and are dropped: `créé` is `cree`, not a letter without an ASCII spelling.
    plain = "".join(c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c))
    words = _BETWEEN_WORDS.sub("_", _HUMP.sub("_", plain)).strip("_").lower()
    if any(character.isalnum() and not character.isascii() for character in plain):
        return f"{words}_{_hash(part, 8)}".lstrip("_")
    return words


def _shorten(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    return f"{name[: MAX_LENGTH - 17].rstrip('._')}_{_hash(name, 16)}"


def _hash(text: str, digits: int) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
