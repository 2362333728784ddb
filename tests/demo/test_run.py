"""`make run` as a newcomer has it: starts, shows itself, ends on Ctrl-C, goes on the second time, leaves no orphan."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from django.conf import settings

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not settings.IS_SQLITE, reason="starts its own SQLite; covered by the run on SQLite"),
]


@contextmanager
def demo(home: Path, port: int, *, end_with: signal.Signals) -> Iterator[str]:
    """A running demo; gives what it printed once it was ready. Ends it and sees that none of its processes is left."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PUBLIC_URL"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "opsflows.demo"],
        cwd=settings.BASE_DIR,
        env=environment | {"OPSFLOWS_HOME": str(home), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C ends it" in line:
            break
    else:
        pytest.fail(f"the demo ended early:\n{printed}")
    family = psutil.Process(process.pid).children(recursive=True)
    try:
        yield printed
    finally:
        process.send_signal(end_with)
        process.communicate(timeout=60)
    assert process.returncode == (0 if end_with == signal.SIGINT else -end_with)
    assert len(family) > 2
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def count(home: Path, table: str) -> int:
    with closing(sqlite3.connect(home / "opsflows.sqlite3")) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_run_twice(tmp_path: Path) -> None:
    port = free_port()
    with demo(tmp_path, port, end_with=signal.SIGINT) as first:
        key = (tmp_path / "demo_key").read_text().strip()
        assert key in first
        assert (tmp_path / "demo_key").stat().st_mode & 0o777 == 0o600
        assert "7 sample events came in" in first
        inbox = requests.get(
            f"http://127.0.0.1:{port}/api/inbox", headers={"Authorization": f"Bearer {key}"}, timeout=10
        )
        assert sorted(event["type"] for event in inbox.json()) == ["customer.created", "deal.won"]
        login = re.search(r"Password +(\S+)", first)
        assert login is not None
    kept = {table: count(tmp_path, table) for table in ("workflows", "sources", "api_keys", "event_rejections")}
    with demo(tmp_path, port, end_with=signal.SIGKILL) as second:
        assert key in second
        assert login.group(1) in second
        assert "7 sample events were recognised as copies" in second
        assert "sample events came in" not in second
    assert {table: count(tmp_path, table) for table in kept} == kept
