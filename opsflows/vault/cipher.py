"""Encrypt and decrypt one text. The ciphertext names the key it was made with, so a missing key is told by its id."""

import base64
import functools
import hashlib
import re

from cryptography.fernet import Fernet, InvalidToken

from opsflows.vault.keys import current_keys

_FORMAT = re.compile(r"v1:([0-9a-f]{8}):(.+)", re.DOTALL)


class UndecryptableError(Exception):
    """A stored secret cannot be read with the keys at hand; the message says which key is missing."""


def encrypt(text: str) -> str:
    """`text` encrypted with the newest key, as ``v1:<key id>:<token>``."""
    newest = current_keys()[0]
    token = _fernet(newest).encrypt(text.encode("utf-8")).decode("ascii")
    return f"v1:{key_id(newest)}:{token}"


def decrypt(ciphertext: str) -> str:
    """The text behind `ciphertext`.

    Raises:
        UndecryptableError: the key is not among OPSFLOWS_KEYS, or the ciphertext was altered. Never returns ciphertext.
    """
    match = _FORMAT.fullmatch(ciphertext)
    if match is None:
        raise UndecryptableError("A stored secret is not in the vault's format; enter it again.")
    wanted, token = match.groups()
    for key in current_keys():
        if key_id(key) == wanted:
            try:
                return _fernet(key).decrypt(token.encode("ascii")).decode("utf-8")
            except (InvalidToken, ValueError):
                raise UndecryptableError(f"A stored secret was altered (key {wanted}); enter it again.") from None
    raise UndecryptableError(f"The key {wanted} is not in OPSFLOWS_KEYS; add it back, or enter the secret again.")


def is_current(ciphertext: str) -> bool:
    """Whether `ciphertext` was made with the newest key (rotation re-encrypts the others)."""
    match = _FORMAT.fullmatch(ciphertext)
    return match is not None and match.group(1) == key_id(current_keys()[0])


@functools.lru_cache(maxsize=64)
def key_id(key: str) -> str:
    """Eight hexadecimal digits that name `key` without giving anything of it away."""
    return hashlib.sha256(b"opsflows key id:" + key.encode("utf-8")).hexdigest()[:8]


@functools.lru_cache(maxsize=64)
def _fernet(key: str) -> Fernet:
    # Any passphrase works as a key: what Fernet needs is 32 bytes, and the generated ones carry full entropy.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode("utf-8")).digest()))
