"""Processes are killed at random, or hang; what was acknowledged is done all the same, and once."""

import signal

import psutil
import pytest

from tests.processes.deals import deals, rule
from tests.processes.evidence import examine
from tests.processes.family import DRAIN, Family
from tests.processes.killer import Killer
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, prepare
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

pytestmark = pytest.mark.processes

EVENTS = 500
BLOWS = 10


def test_kill_at_random(stack: Stack) -> None:
    # Answers take a while, so that every blow finds calls under way.
    stack.prepare(rule(stack.start_sink("--ledger", "--delay", "0.1")))
    stack.start()
    sendings = prepare(stack.path, stack.secret, deals("deal", EVENTS))
    havoc = Killer(stack, seed=20260302).run(Sender(stack.port, connections=4), sendings, blows=BLOWS)
    await_rest(stack, seconds=60)
    books = examine(stack, sendings, havoc)
    assert len(havoc.kills) == BLOWS
    assert all(sending.sent_at for sending in sendings)
    assert books.acknowledged > EVENTS * 0.9, books.text()
    assert not books.problems, books.text()


def test_drain_that_hangs(stack: Stack) -> None:
    stack.prepare(rule(stack.start_sink("--ledger", "--delay", "0.1")))
    stack.start()
    family = Family(stack)
    hung = psutil.Process(wait_until(lambda: family.members()[DRAIN], seconds=30, what="a drain")[0])
    # Wherever it stands: if that is inside of a write to SQLite, it takes longer until it is found.
    hung.send_signal(signal.SIGSTOP)
    sendings = prepare(stack.path, stack.secret, deals("deal", 100))
    Sender(stack.port, connections=4).send(sendings)
    # It holds whatever it was woken for until it is ended.
    hung.wait(timeout=120)
    await_rest(stack, seconds=60)
    books = examine(stack, sendings)
    assert not books.problems, books.text()
