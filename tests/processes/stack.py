"""A whole installation as real processes, with a data folder, a port and a database of its own.

Start processes from the thread that stays: each child dies with the thread that started it.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from opsflows.queue.processes import die_with_parent
from tests.processes.database import PostgresDatabase, SQLiteDatabase
from tests.processes.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
#: What a process needs of its surroundings; everything else in the environment of an installation is a setting.
KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "TMPDIR")
WEB = ("-m", "gunicorn", "--config", "python:opsflows.gunicorn")
WORKER = ("manage.py", "worker")
READY_SECONDS = 60.0


class Stack:
    """Web, worker and a receiver. Use it as a context: at the end everything it started is gone."""

    def __init__(
        self,
        folder: Path,
        database: PostgresDatabase | SQLiteDatabase,
        *,
        database_url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.database = database
        self.port = free_port()
        self.secret = secrets.token_hex(16)
        #: Where the source of `prepare` takes webhooks.
        self.path = ""
        self.sink_port = 0
        self.processes: dict[str, psutil.Popen] = {}
        self.environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "DATABASE_URL": database_url or database.url,
            "OPSFLOWS_HOME": str(folder / "home"),
            "PORT": str(self.port),
            "SECURE_SSL_REDIRECT": "0",
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "LOG_LEVEL": "WARNING",
            **(environment or {}),
        }

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def prepare(self, *rules: Mapping[str, Any]) -> list[str]:
        """Migrate, make a source, and publish `rules` (as in Rules); the workflows' ids."""
        made = json.loads(self.run("-m", "tests.processes.prepare", given={"secret": self.secret, "workflows": rules}))
        self.path = made["path"]
        ids: list[str] = made["workflows"]
        return ids

    def run(self, *arguments: str, given: Any = None) -> str:
        """A Python command in the stack's environment, to its end; the last line that it printed.

        Raises:
            AssertionError: it failed; with all it said.
        """
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout.strip().rpartition("\n")[2]

    def start(self) -> None:
        """Web and worker, ready."""
        self.start_web()
        self.start_worker()
        self.wait_ready()

    def start_web(self) -> None:
        """gunicorn as `make web` starts it."""
        self._start("web", WEB)

    def start_worker(self) -> None:
        """The worker as `make worker` starts it."""
        self._start("worker", WORKER)

    def restart(self, name: str) -> None:
        """Start anew what was killed, as a service manager does."""
        self.processes.pop(name).wait(timeout=10)
        self._start(name, {"web": WEB, "worker": WORKER}[name])

    def start_sink(self, *arguments: str) -> str:
        """The receiver; its URL."""
        process = self._start("sink", (str(ROOT / "bench" / "sink.py"), "--port", "0", *arguments), stdout=-1)
        self.sink_port = int(process.stdout.readline())
        return f"http://127.0.0.1:{self.sink_port}/hook"

    def wait_ready(self) -> None:
        """Until `/readyz` says yes: database, migrations, worker."""
        wait_until(lambda: self.status("/readyz") == 200, seconds=READY_SECONDS, what="ready", pause=0.1)

    def wait_web(self) -> None:
        """Until the web server answers, whatever it says."""
        wait_until(lambda: self.status("/healthz"), seconds=READY_SECONDS, what="an answer", pause=0.1)

    def status(self, path: str) -> int | None:
        """How a GET of `path` is answered; None where nobody answers."""
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as link:
                link.request("GET", path)
                return link.getresponse().status
        except (OSError, HTTPException):
            return None

    def ask_sink(self, path: str, method: str = "GET") -> Any:
        """The receiver's answer, read as JSON."""
        with closing(HTTPConnection("127.0.0.1", self.sink_port, timeout=30)) as link:
            link.request(method, path)
            return json.loads(link.getresponse().read())

    def family(self, name: str) -> list[psutil.Process]:
        """The process called `name` and everything below it that is alive."""
        head = self.processes[name]
        try:
            return [psutil.Process(head.pid), *head.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self, *names: str) -> None:
        """End these processes (all, if none is named) in order: asked first, then ended, with all below them."""
        for name in names or reversed(list(self.processes)):
            if (head := self.processes.pop(name, None)) is None:
                continue
            family = self._alive(head)
            if head.poll() is None:
                head.send_signal(signal.SIGTERM)
            _, stubborn = psutil.wait_procs([head, *family], timeout=30)
            for process in stubborn:
                process.kill()
            psutil.wait_procs(stubborn, timeout=5)
            head.wait()
            if head.stdout is not None:
                head.stdout.close()

    def log(self, name: str) -> Path:
        """Where a process writes to."""
        return self.folder / f"{name}.log"

    def log_end(self, lines: int = 15) -> str:
        """The last lines of every log."""
        texts = {path.name: path.read_text(errors="replace").splitlines() for path in self.folder.glob("*.log")}
        return "\n".join(f"--- {name}\n" + "\n".join(text[-lines:]) for name, text in texts.items())

    def start_machine(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> psutil.Popen:
        """A process with settings of its own, as on another machine of the same installation."""
        return self._start(name, arguments, environment=environment)

    def _start(
        self,
        name: str,
        arguments: Sequence[str],
        stdout: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> psutil.Popen:
        with self.log(name).open("ab") as log:
            process = psutil.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        self.processes[name] = process
        return process

    @staticmethod
    def _alive(head: psutil.Popen) -> list[psutil.Process]:
        try:
            return head.children(recursive=True)  # type: ignore[no-any-return]
        except psutil.NoSuchProcess:
            return []


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
