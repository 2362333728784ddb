"""Login and API key of the demo: made once, kept readable by the owner of the data folder alone."""

import secrets
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.contrib.auth import authenticate
from django.core.management import call_command
from django.utils import timezone

from opsflows.accounts.authenticate import authenticate_key
from opsflows.home import read_or_create

ACCOUNT = "demo"
USERNAME = "demo"


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in. `password` is None where it was changed since."""

    username: str
    password: str | None
    key: str


def set_up(home: Path) -> Access:
    """Bring the database up to date, and make account, administrator and API key where they are missing."""
    password = read_or_create(home / "demo_password", lambda: secrets.token_urlsafe(12))
    administrator = f"{USERNAME}:{password}:{USERNAME}@localhost"
    call_command("setup", "--account", ACCOUNT, "--admin", administrator, stdout=StringIO())
    known = authenticate(username=USERNAME, password=password) is not None
    return Access(USERNAME, password if known else None, _key(home / "demo_key"))


def _key(kept: Path) -> str:
    key = read_or_create(kept, _new_key)
    if authenticate_key(key, now=timezone.now()) is None:
        # Revoked, or of a database that is no more.
        kept.unlink()
        key = read_or_create(kept, _new_key)
    return key


def _new_key() -> str:
    out = StringIO()
    call_command("apikey", "create", "Demo", "--account", ACCOUNT, "--user", USERNAME, stdout=out)
    return out.getvalue().splitlines()[-1]
