"""The data folder and the secret that is generated into it when the environment gives none."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def open_home(path: str | Path) -> Path:
    """The data folder at `path`, created (readable by its owner alone) when it is missing."""
    home = Path(path).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def secret_key(home: Path) -> str:
    """Django's secret, generated once and kept in `home`; several machines must share it through SECRET_KEY instead."""
    return read_or_create(home / "secret_key", lambda: secrets.token_urlsafe(64))


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The text of `path`; when there is none, `make()` is written to it with mode 0600.

    Two processes starting at once agree: the file is linked into place, so only one content ever becomes visible.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    candidate = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(candidate, path)
    except FileExistsError:
        pass
    finally:
        candidate.unlink()
    return path.read_text().strip()
