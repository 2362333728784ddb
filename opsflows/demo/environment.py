"""What the demo sets for itself and its processes where neither the environment nor `.env` does."""

import os
import socket
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parents[2]


class CannotStart(Exception):  # noqa: N818  (reads as the answer it becomes)
    """The demo can't run here; the message says why and what to do."""


def prepare_environment() -> None:
    """Plain HTTP on this machine, and calls from workflows to this machine allowed. Runs before settings are read."""
    environ.Env.read_env(ROOT / ".env", overwrite=False)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{os.environ['PORT']}")
    os.environ.setdefault("SECURE_SSL_REDIRECT", "0")
    os.environ.setdefault("OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8")


def own_address() -> tuple[str, int]:
    """Where the demo's own requests go: the web server's address, this machine's where it listens on all."""
    host = os.environ.get("HOST") or "127.0.0.1"
    return ("127.0.0.1" if host in {"0.0.0.0", "::"} else host), _port()  # noqa: S104  (compared, not bound)


def check_port_is_free() -> None:
    """Raise `CannotStart` if another program listens where the web server is to listen."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = _port()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the web server binds: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} can't be used ({error.strerror}). If another `make run` is running, end it "
                f"with Ctrl-C; or choose another port: make run PORT={port + 10}"
            ) from None


def _port() -> int:
    try:
        port = int(os.environ["PORT"])
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise CannotStart(f"PORT is {os.environ['PORT']!r}; it must be a number from 1 to 65535, such as 8000.")
    return port
