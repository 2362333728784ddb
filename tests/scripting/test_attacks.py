"""Whatever a script tries, it ends within its limit, says so in plain words, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from opsflows.scripting import run_script as running
from tests.house.project import ROOT
from tests.scripting.conftest import Run

pytestmark = pytest.mark.usefixtures("_nothing_is_left")

TOO_LONG = "The script took longer than 0.2 seconds and was ended."
NO_MEMORY = "The script took more memory than the 128 MB it may have, and was ended."

ENDLESS = {
    "loop": "while (true);",
    "regular expression": "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
    "generator": "return [...(function* () { while (true) yield; })()].length; ",
    "sorting": "const all = Array(1e6).fill(0); while (true) all.sort(() => Math.random() - 0.5)",
    "own way to show an error": "Error.prepareStackTrace = () => { while (true); }; throw new Error('x')",
    "beside the function": "}); while (true); (function () {",
}
MEMORY = {
    "arrays": "const all = []; while (true) all.push(new Array(1e6).fill(1))",
    "a value as large": "return 'x'.repeat(2 ** 28)",
    "a map": "const all = new Map(); for (let i = 0; ; i++) all.set(i, Array(1e5).fill(i))",
}
THROWN = {
    "a text that doubles": ("let text = 'x'; while (true) text += text", "Invalid string length"),
    "recursion": ("function deeper() { return deeper() + 1; }\nreturn deeper()", "Maximum call stack size exceeded"),
    "the engine's own timer": (
        "return new __TimerManager().setTimeout(() => 1, 1)",
        "SharedArrayBuffer is not defined",
    ),
    "a module": ("return import('fs')", "A script returns its value at once"),
}
#: All that a script finds. What is missing here on purpose: memory beside the heap, other clocks, timers, any way out.
KNOWN = (
    "AggregateError Array BigInt Boolean Date Error EvalError Function Infinity Intl Iterator JSON Map Math NaN Number "
    "Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError "
    "WeakMap WeakSet console decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite "
    "isNaN parseFloat parseInt undefined unescape"
)


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_ended(run: Run, source: str) -> None:
    began = time.monotonic()
    answer = run(source, timeout=0.2)
    assert answer.error in (TOO_LONG, NO_MEMORY)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("source", MEMORY.values(), ids=MEMORY)
def test_a_memory_bomb_ends_its_own_process_only(run: Run, source: str) -> None:
    assert run(source, timeout=10).error == NO_MEMORY


@pytest.mark.parametrize(("source", "message"), THROWN.values(), ids=THROWN)
def test_what_cannot_be_is_said(run: Run, source: str, message: str) -> None:
    assert message in str(run(source).error)


def test_what_is_not_named_is_not_there(run: Run) -> None:
    source = (
        "const there = Object.getOwnPropertyNames(globalThis).filter((name) => globalThis[name] !== undefined);"
        "return [there.concat('undefined').sort().join(' '), new Function('return typeof Uint8Array')()]"
    )
    assert run(source).value == [KNOWN, "undefined"]


def test_nobody_waits_for_what_comes_after_the_end(run: Run) -> None:
    """A loop of promises turns only once the value is out."""
    answer = run("(function again() { Promise.resolve().then(again); })(); return 7", timeout=1)
    assert (answer.value, answer.error) == (7, None)


def test_each_run_is_the_first(run: Run) -> None:
    spoil = (
        "globalThis.left = 1; Object.prototype.left = 2; Array.prototype.push = null; JSON.parse = () => 3;"
        "Object.prototype.toJSON = () => 4; Array.prototype.toJSON = () => 5; return {a: [1]}"
    )
    run(spoil)
    seen = run("return [typeof left, typeof {}.left, typeof [].push, JSON.parse('6'), {a: [1]}]")
    assert seen.value == ["undefined", "undefined", "function", 6, {"a": [1]}]


def test_a_spoiled_realm_still_answers(run: Run) -> None:
    answer = run(
        "Array.prototype.toJSON = Object.prototype.toJSON = () => 5; console.log('here'); throw new Error('no')"
    )
    assert (answer.error, answer.log) == ("The script failed on line 1: Error: no", ["here"])


def test_the_log_has_an_end(run: Run) -> None:
    answer = run("for (let i = 0; i < 1e4; i++) console.log(i, 'x'.repeat(1e3)); return 1")
    assert (len(answer.log), answer.log[-1]) == (101, "(9900 more lines)")
    assert max(map(len, answer.log)) == 500


def test_the_process_is_fenced_in(run: Run) -> None:
    """Seen from outside, while a script is at work in it."""
    others = psutil.Process().children()  # a browser that earlier tests of this process share
    thread = threading.Thread(target=run, args=("while (true);",), kwargs={"timeout": 5})
    thread.start()
    try:
        child = _child_at_work()
        limits = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
        told = {line[:26].strip(): line[26:].split()[:2] for line in limits}
        assert os.getsid(child.pid) == child.pid
        assert "NoNewPrivs:\t1" in Path(f"/proc/{child.pid}/status").read_text()
    finally:
        for process in psutil.Process().children():
            if process not in others:
                process.kill()
        thread.join()
    assert told["Max open files"] == told["Max processes"] == told["Max file size"] == ["0", "0"]
    assert told["Max core file size"] == ["0", "0"]
    assert told["Max data size"] == [str(512 * 2**20)] * 2
    assert told["Max cpu time"] == ["7", "7"]


def _child_at_work() -> psutil.Process:
    """The script's process, once it has closed its doors."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        for child in psutil.Process().children():
            if "Max open files            0" in Path(f"/proc/{child.pid}/limits").read_text():
                return child
        time.sleep(0.01)
    raise AssertionError("no script is at work")


def test_it_knows_nothing_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSFLOWS_KEYS", "secret")
    started: list[dict[str, object]] = []
    start = subprocess.Popen

    def watch(command: list[str], **how: object) -> object:
        started.append({"command": command, **how})
        return start(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(running.subprocess, "Popen", watch)
    assert run("return 1").value == 1
    (how,) = started
    assert how["env"] == {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
    assert how["cwd"] == "/"
    assert "-I" in how["command"]  # type: ignore[operator]


def test_it_ends_with_the_worker() -> None:
    """Killed outright, a worker takes the scripts it had under way along."""
    program = (
        "from opsflows.scripting.run_script import Order, run_script\n"
        "run_script(Order(source='while (true);', given='{}', now=0, zone='UTC', seed=1), timeout=20)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    child = None
    try:
        end = time.monotonic() + 5
        while child is None and time.monotonic() < end:
            child = next(iter(psutil.Process(worker.pid).children()), None)
            time.sleep(0.01)
        assert child is not None
        while "Max open files            0" not in Path(f"/proc/{child.pid}/limits").read_text():
            time.sleep(0.01)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    psutil.wait_procs([child], timeout=3)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import time; time.sleep(60)", "not ready within 0.3 seconds"),
        ("print('ImportError: no engine', end='')", "did not start: ImportError: no engine."),
        ("raise SystemExit", "it ended before it was ready"),
    ],
)
def test_a_process_that_does_not_start(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, message: str
) -> None:
    _instead(monkeypatch, tmp_path, program)
    monkeypatch.setattr(running, "START", 0.3)
    with pytest.raises(running.NotStarted, match=message):
        run("return 1")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("while True: os.write(1, bytes(65536))", "without an answer"),
        ("os.write(1, b'[' * 100_000)", "without an answer"),
        ('os.write(1, b\'{"value": "[1"}\')', "cannot be kept"),
        ("os.close(1); time.sleep(60)", "took longer than 0.3 seconds"),
        ("os.fork(); os.fork(); time.sleep(60)", "took longer than 0.3 seconds"),
        ("os.kill(os.getpid(), 9)", "ended from outside"),
    ],
)
def test_a_process_that_was_taken_over(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, message: str
) -> None:
    """Should a script break out of V8, the worker believes nothing that its process says, and ends it all the same."""
    _instead(monkeypatch, tmp_path, f"import os, time; os.write(1, b'ready\\n')\n{program}")
    began = time.monotonic()
    assert message in str(run("return 1", timeout=0.3).error)
    assert time.monotonic() - began < 3


def test_when_all_seats_are_taken(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_seats", threading.BoundedSemaphore(1))
    monkeypatch.setattr(running, "_LONGEST_CALL", running.START + 5.1)
    with running._seats, pytest.raises(running.NotStarted, match="4 scripts run at once"):
        run("return 1", timeout=5)
    assert run("return 1").value == 1


def _instead(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    child = folder / "child.py"
    child.write_text(program)
    monkeypatch.setattr(running, "_CHILD", child)
