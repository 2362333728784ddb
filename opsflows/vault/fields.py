"""The model field whose column holds ciphertext."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from opsflows.vault.cipher import decrypt, encrypt


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in memory. It cannot be searched or ordered by.

    Reading a value that no key opens raises `UndecryptableError`: a secret that is silently wrong would be worse.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else encrypt(text)

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
