"""Run a script in a process of its own, which is gone when this returns, whatever the script did."""

import contextlib
import json
import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opsflows.scripting.answer import Answer, NotStarted, answer_of, died, took_too_long
from opsflows.scripting.limits import LIMITS, MAX_ANSWER, MAX_RUN, SEATS, START

_CHILD = Path(__file__).with_name("child.py")
#: The child's own `READY`; it is not imported, because half of what it needs exists on Linux only.
_READY = b"ready\n"
#: The longest that anything in a worker's call thread may take, in seconds (settings.Q_CLUSTER, `timeout`).
_LONGEST_CALL = 60

_seats = threading.BoundedSemaphore(SEATS)


@dataclass(frozen=True, slots=True)
class Order:
    """A script and all that it knows. `given` is JSON text with `input` and `event`, `now` milliseconds since 1970.

    With `only_read` the source is parsed, and the function that it makes is not called.
    """

    source: str
    given: str
    now: int
    zone: str
    seed: int
    only_read: bool = False


def run_script(order: Order, *, timeout: float) -> Answer:
    """What the script answered within `timeout` seconds, counted from when its process was ready.

    Raises:
        NotStarted: there was no process that could have run it; it may work later.
    """
    if not 0 < timeout <= MAX_RUN:
        raise ValueError(f"timeout: must be at most {MAX_RUN} seconds.")
    if not _seats.acquire(timeout=_LONGEST_CALL - START - timeout):
        raise NotStarted(f"{SEATS} scripts run at once on a worker, and for a long time none of them ended.")
    try:
        with _child(order, timeout) as process:
            return _listen(process, timeout)
    finally:
        _seats.release()


@contextmanager
def _child(order: Order, timeout: float) -> Iterator[subprocess.Popen[bytes]]:
    """The process, killed with all of its group at the end."""
    # In memory and not a pipe, so that a child that never reads holds nobody up.
    with os.fdopen(os.memfd_create("script"), "w+b") as letter:
        letter.write(_written(order, timeout))
        letter.seek(0)
        try:
            process = subprocess.Popen(
                # Isolated: no path and no variable of ours, nothing from the folder it starts in.
                [sys.executable, "-I", "-B", str(_CHILD)],
                stdin=letter,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"TZ": order.zone, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        except OSError as error:
            raise NotStarted(f"The script's process did not start: {error.strerror}.") from error
    try:
        yield process
    finally:
        # Not collected yet, so the number is still its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None  # noqa: S101  (it was asked for)
        process.stdout.close()


def _written(order: Order, timeout: float) -> bytes:
    # Two seconds more than it gets, for its start: this fence is for when nobody is there to look at the clock.
    limits = {**LIMITS, "cpu_seconds": math.ceil(timeout) + 2}
    document = {
        "source": order.source,
        "given": order.given,
        "now": order.now,
        "seed": order.seed,
        "only_read": order.only_read,
        "parent": os.getpid(),
        "limits": limits,
    }
    return json.dumps(document).encode("ascii")


def _listen(process: subprocess.Popen[bytes], timeout: float) -> Answer:
    """Read until the process is done or its time is up; the clock starts again when it says that it is ready."""
    assert process.stdout is not None  # noqa: S101  (it was asked for)
    source = process.stdout.fileno()
    poll = select.poll()
    poll.register(source, select.POLLIN)
    received, is_ready, end = bytearray(), False, time.monotonic() + START
    while poll.poll(max(0, end - time.monotonic()) * 1000):
        part = os.read(source, 65536)
        if not part:
            break
        received += part
        if not is_ready and received.startswith(_READY):
            is_ready, end = True, time.monotonic() + timeout
        if len(received) > MAX_ANSWER:
            return answer_of(b"")
    else:
        if is_ready:
            return took_too_long(timeout)
        raise NotStarted(f"The script's process was not ready within {START} seconds.")
    if not is_ready:
        reason = received[:300].decode("utf-8", "replace") or "it ended before it was ready"
        raise NotStarted(f"The script's process did not start: {reason}.")
    if said := received.removeprefix(_READY):
        return answer_of(bytes(said))
    try:
        return died(process.wait(max(0.1, end - time.monotonic())))
    except subprocess.TimeoutExpired:
        return took_too_long(timeout)
