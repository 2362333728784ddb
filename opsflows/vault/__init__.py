"""Secrets at rest: the encrypted field, its keys and their rotation."""

from opsflows.vault.cipher import UndecryptableError, decrypt, encrypt
from opsflows.vault.fields import EncryptedTextField

__all__ = ["EncryptedTextField", "UndecryptableError", "decrypt", "encrypt"]
