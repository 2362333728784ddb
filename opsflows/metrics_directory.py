"""Where the processes of a web server or a worker write their counters, so that one page can add them up.

Imports nothing of prometheus_client: that library chooses its storage when it is first imported, by the variable that
is set here.
"""

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def claim_directory(home: Path, role: str) -> Path:
    """A fresh folder for the counters of this process and those it starts, named in the environment.

    `role` is "web" or "worker". Call it before anything imports `opsflows.metrics`. A second call in the same process
    changes nothing; folders of processes that are gone are removed.
    """
    directory = metrics_root(home) / f"{role}-{os.getpid()}"
    if os.environ.get(VARIABLE) == str(directory):
        return directory
    metrics_root(home).mkdir(mode=0o700, exist_ok=True)
    for old in metrics_root(home).glob(f"{role}-*"):
        if old == directory or not _is_alive(old.name.removeprefix(f"{role}-")):
            shutil.rmtree(old, ignore_errors=True)
    directory.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(directory)
    return directory


def metrics_root(home: Path) -> Path:
    """The folder in which web servers and workers have one folder each."""
    return home / "metrics"


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
