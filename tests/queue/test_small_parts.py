"""Backoff, identifiers, and whether a process lives."""

import os
import random
import subprocess
import sys
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsflows.queue.backoff import CAP, backoff
from opsflows.queue.ids import new_id
from opsflows.queue.processes import is_alive


@given(attempt=st.integers(1, 100), base=st.integers(1, 3600), seed=st.integers())
def test_backoff_stays_below_its_bound(attempt: int, base: int, seed: int) -> None:
    pause = backoff(attempt, base=timedelta(seconds=base), draw=random.Random(seed))
    assert timedelta(0) <= pause <= min(CAP, timedelta(seconds=base * 2 ** min(attempt - 1, 20)))


def test_ids_sort_in_the_order_they_were_made() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}


def test_a_process_that_ended_does_not_live() -> None:
    assert is_alive(os.getpid())
    process = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    process.communicate()
    assert not is_alive(process.pid)
