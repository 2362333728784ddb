"""A process that hangs inside of a write to a SQLite file is found and ended; one that works or is not ours is left."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from opsflows.queue.processes import descends_from
from opsflows.queue.write_lock import end_hung_writer, writer_of

#: Says when it writes; until it is told to go on, it stays in the middle of that.
WRITER = """
import sqlite3, sys
link = sqlite3.connect(sys.argv[1], isolation_level=None)
while True:
    link.execute("BEGIN IMMEDIATE")
    link.execute("INSERT INTO things VALUES (1)")
    print("writing", flush=True)
    sys.stdin.readline()
    link.execute("COMMIT")
    print("done", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as link:
        link.execute("PRAGMA journal_mode=WAL")
        link.execute("CREATE TABLE things (number)")
    return path


@contextmanager
def writer(file: Path) -> Iterator[subprocess.Popen[str]]:
    """In the middle of a write."""
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def go_on(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_who_writes_is_told_while_it_writes(file: Path) -> None:
    assert writer_of(file) is None
    with writer(file) as process:
        assert writer_of(file) == process.pid
        assert go_on(process) == "done\n"
        assert writer_of(file) is None


def test_a_writer_that_hangs_is_ended_and_the_file_is_free(file: Path) -> None:
    with writer(file) as process:
        assert end_hung_writer(file, family_of=os.getpid(), seconds=0.1, pause=0.02) == process.pid
        assert process.wait(timeout=10) < 0
    with closing(sqlite3.connect(file, timeout=0)) as link:
        link.execute("INSERT INTO things VALUES (2)")
        assert link.execute("SELECT number FROM things").fetchall() == [(2,)]


def test_a_writer_of_somebody_elses_is_named_and_left_alone(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with writer(file) as process:
        assert end_hung_writer(file, family_of=process.pid, seconds=0.1, pause=0.02) is None
        assert go_on(process) == "done\n"
        assert f"Process {process.pid} has kept everybody" in caplog.text


def test_nobody_is_ended_where_nobody_writes(file: Path) -> None:
    assert end_hung_writer(file, family_of=os.getpid(), seconds=0.1, pause=0.02) is None
    assert end_hung_writer(file.with_name("none.sqlite3"), family_of=os.getpid(), seconds=0.1, pause=0.02) is None


def test_descent_goes_over_generations() -> None:
    assert descends_from(os.getpid(), os.getppid())
    assert not descends_from(os.getpid(), os.getpid())
    assert not descends_from(os.getppid(), os.getpid())
