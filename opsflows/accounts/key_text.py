"""The text of an API key, and the hash that is kept instead of it."""

import hashlib
import secrets

KEY_START = "ops_"
#: How much of a key is kept readable, to recognise it by: too little to guess the rest from.
PREFIX_LENGTH = 12


def new_key_text() -> str:
    """A new key: `ops_` and 32 random bytes."""
    return KEY_START + secrets.token_urlsafe(32)


def hash_key(text: str) -> str:
    """SHA-256 of `text` in hexadecimal. A slow hash would gain nothing: the key carries 256 random bits."""
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()
