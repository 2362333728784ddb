"""Processes that end with their parent, and a look at whether one lives."""

import ctypes
import gc
import os
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1
#: Set for the cluster by the supervisor, to its own process id; every process forked under it then dies with the one
#: that forked it.
MARK = "OPSFLOWS_SUPERVISED"


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent ends, however the parent ends (Linux)."""
    parent = parent or os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The parent ended before the kernel was asked.
        os._exit(1)


def tie_family(parent: int, *, before_fork: Callable[[], None]) -> None:
    """Tie this process to its parent, and all that it will fork to it. `before_fork` runs once, before the first."""
    die_with_parent(parent)

    @cache
    def prepare() -> None:
        before_fork()
        gc.collect()
        # What is frozen is not touched by the collector, and what is not touched is shared by all children.
        gc.freeze()

    os.register_at_fork(before=prepare, after_in_child=die_with_parent)


def is_alive(pid: int) -> bool:
    """Whether a process `pid` runs here; one that ended but was not collected yet does not count."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
