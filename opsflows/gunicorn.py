"""gunicorn's configuration: `gunicorn --config python:opsflows.gunicorn` serves the pages, the API and the hooks."""

import gc
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from opsflows.metrics_directory import claim_directory
from opsflows.queue.processes import die_with_parent
from opsflows.server_logs import RedactingLogger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
# First of all: it names the folder before anything counts, and reading the settings brings `.env` into the environment.
claim_directory(settings.OPSFLOWS_HOME, "web")

_host = os.environ.get("HOST") or "127.0.0.1"

wsgi_app = "opsflows.wsgi:application"
bind = f"[{_host}]:{settings.PORT}" if ":" in _host else f"{_host}:{settings.PORT}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)
# A vendor that sends many webhooks keeps its connection; opening one costs as much as storing an event.
keepalive = 15
timeout = 30
graceful_timeout = 20
# Heartbeat files on a disk that is busy with the database make healthy workers look hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (gunicorn makes its own file there)
# Loaded once and shared by all workers; `when_ready` keeps the collector from touching, and so copying, those pages.
preload_app = True
# Whether a proxy in front speaks TLS is decided by Django's settings alone (BEHIND_TLS_PROXY).
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True
proc_name = "opsflows-web"
logger_class = RedactingLogger


def when_ready(server: Any) -> None:
    """Before the first worker is forked: what was loaded stays, out of the garbage collector's sight."""
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """No database connection crosses the fork: two processes on one socket corrupt each other's answers."""
    from django.db import connections

    connections.close_all()


def post_fork(server: Any, worker: Any) -> None:
    """A worker never outlives its master: finishing its open connections, it would keep the port from the next one."""
    die_with_parent(server.pid)
