"""Where the keys come from: OPSFLOWS_KEYS, newest first, or one generated into the data folder."""

from collections.abc import Sequence

from cryptography.fernet import Fernet
from django.conf import settings

from opsflows.home import read_or_create


def current_keys() -> Sequence[str]:
    """The keys, newest first; rotating means to put a new one in front and to keep the old ones for reading."""
    keys: list[str] = [key for key in settings.OPSFLOWS_KEYS if key]
    if keys:
        return keys
    return [read_or_create(settings.OPSFLOWS_HOME / "vault_key", lambda: Fernet.generate_key().decode("ascii"))]
