"""The process in which one script runs, and which ends with it.

Started by its path, without Django and without anything of OpsFlows: an order comes in on standard input; `READY`, and
then the answer, go out on standard output. Both are JSON, and `run_script.py` writes the one and reads the other.
"""

import contextlib
import ctypes
import json
import os
import re
import resource
import signal
import sys
from pathlib import Path
from typing import Any

READY = b"ready\n"
#: How the script calls itself in the places that an error names.
_NAME = "script.js"
#: No machine code is made at run time, so neither WebAssembly nor a page that can be written and executed.
_FLAGS = ("--single-threaded", "--jitless")

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def main() -> None:
    """Do what the order says, then end without a second look at anything the script left behind."""
    answers = _keep_answers_apart()
    try:
        order = json.loads(sys.stdin.buffer.read())
        _limit(order["limits"])
        _tie_to(order["parent"])
        racer, run = _engine(order)
        _close_doors()
    except Exception as error:
        _write(answers, f"{type(error).__name__}: {error}")
        os._exit(1)
    os.write(answers, READY)
    _write(answers, _answer(racer, run, order))
    os._exit(0)


def _keep_answers_apart() -> int:
    """Where the answer goes; V8's own last words, which go to standard output, must not get there."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return answers


def _tie_to(parent: int) -> None:
    """End with the process that started this one, gain no rights, and be open to nobody's debugger."""
    control = ctypes.CDLL(None).prctl
    control(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    control(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    control(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        # It ended before the kernel was asked.
        os._exit(1)


def _limit(limits: dict[str, int]) -> None:
    with contextlib.suppress(OSError):
        # When the machine runs out of memory, this goes before anything else does.
        Path("/proc/self/oom_score_adj").write_text("1000")
    for what, most in (
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        # Not RLIMIT_AS: V8 reserves a terabyte of addresses that it never touches.
        (resource.RLIMIT_DATA, limits["data_mb"] * 2**20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _engine(order: dict[str, Any]) -> tuple[Any, Any]:
    """V8 with a fresh realm, and the function of the realm that runs a script."""
    from py_mini_racer import MiniRacer, init_mini_racer

    limits = order["limits"]
    # The seed is what Math.random() begins with.
    init_mini_racer(flags=(*_FLAGS, f"--max-heap-size={limits['heap_mb']}", f"--random-seed={order['seed']}"))
    racer = MiniRacer()
    realm: Any = racer.eval(Path(__file__).with_name("realm.js").read_text("utf-8"))
    return racer, realm(order["now"], racer.eval(f"({json.dumps(limits)})"))


def _close_doors() -> None:
    """From here on nothing can be opened, no socket made and no thread or process begun."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _answer(racer: Any, run: Any, order: dict[str, Any]) -> str:
    from py_mini_racer import JSEvalException

    lines = order["source"].count("\n") + 1
    try:
        # On the first line, so that the lines of errors are the author's.
        script = racer.eval(
            f'(function (input, event) {{"use strict";{order["source"]}\n}})\n//# sourceURL={_NAME}',
        )
    except JSEvalException as error:
        found = re.search(r":(\d+): (.*)", str(error))
        line, message = (int(found[1]), found[2]) if found else (0, str(error))
        return json.dumps({"broken": message, "line": min(line, lines)})
    if order["only_read"]:
        return json.dumps({"value": "null"})
    try:
        answer = json.loads(run(script, order["given"]))
    except JSEvalException as error:
        # What the realm itself could not catch, such as a stack that was full already.
        answer = {"thrown": str(error).partition("\n")[0], "stack": ""}
    if "stack" in answer:
        found = re.search(rf"{re.escape(_NAME)}:(\d+)", str(answer.pop("stack")))
        answer["line"] = min(int(found[1]), lines) if found else 0
    return json.dumps(answer)


def _write(answers: int, text: str) -> None:
    rest = memoryview(text.encode("ascii", "backslashreplace"))
    while rest:
        rest = rest[os.write(answers, rest) :]


if __name__ == "__main__":
    main()
