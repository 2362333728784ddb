"""The processes that the demo starts, and that end with it."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from opsflows.demo.environment import ROOT, CannotStart
from opsflows.queue.processes import die_with_parent

#: How long a process may take to bring home what it is doing.
PATIENCE = 30.0
COMMANDS = {
    "web": ("-m", "gunicorn", "--config", "python:opsflows.gunicorn"),
    "worker": ("manage.py", "worker"),
}


class Children:
    """Web and worker, each writing to a log file of its own."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start both."""
        self._log_folder.mkdir(mode=0o700, exist_ok=True)
        for name, command in COMMANDS.items():
            with self._log(name).open("ab") as log:
                self._running[name] = subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C in the terminal reaches the demo alone, which then ends the others in order.
                    start_new_session=True,
                    preexec_fn=partial(die_with_parent, os.getpid()),
                )

    def check(self) -> None:
        """Raise `CannotStart` with the end of its log if one of them ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                log = self._log(name)
                last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise CannotStart(f"The {name} process ended (exit code {process.returncode}). From {log}:\n{last}")

    def stop(self) -> None:
        """Ask each to finish, and end those that don't."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _log(self, name: str) -> Path:
        return self._log_folder / f"{name}.log"
