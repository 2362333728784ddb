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
    state, _ = _state_and_parent(pid)
    return state not in "ZX"


def descends_from(pid: int, ancestor: int) -> bool:
    """Whether `ancestor` forked the process `pid`, or one that did; nobody descends from itself."""
    while pid > 1:
        _, pid = _state_and_parent(pid)
        if pid == ancestor:
            return True
    return False


def _state_and_parent(pid: int) -> tuple[str, int]:
    """The letter that Linux has for how a process is, and the id of its parent; ("X", 0) for one that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    # The name stands in brackets and may hold anything.
    state, parent = stat.rpartition(")")[2].split()[:2]
    return state, int(parent)
