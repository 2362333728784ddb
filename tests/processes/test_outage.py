"""The database goes away in mid-load; what was acknowledged before, meanwhile and after is done, and once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes.database import PostgresDatabase, SQLiteDatabase
from tests.processes.deals import deals, rule
from tests.processes.evidence import examine
from tests.processes.outage import Outage
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, prepare
from tests.processes.wait import wait_until

pytestmark = pytest.mark.processes

EVENTS = 400
#: Longer than a worker may be silent before it counts as dead: nobody is to be taken for dead because all were silent.
SECONDS = 12.0


@pytest.fixture
def outage(tmp_path: Path, database: PostgresDatabase | SQLiteDatabase) -> Iterator[Outage]:
    with Outage(tmp_path, database) as outage:
        yield outage


def test_database_away_in_mid_load(outage: Outage) -> None:
    stack = outage.stack
    review = rule(stack.start_sink("--ledger", "--delay", "0.2"))
    # A result that is forgotten would need a person's attention.
    review["actions"][-1]["on_unclear"] = "ask"
    stack.prepare(review)
    stack.start()
    sendings = prepare(stack.path, stack.secret, deals("deal", EVENTS))
    sender = Sender(stack.port, connections=4)
    sender.allowance = EVENTS // 4
    with ThreadPoolExecutor(1) as executor:
        sent = executor.submit(sender.send, sendings)
        try:
            # Calls are under way, and more runs wait behind them.
            wait_until(lambda: stack.ask_sink("/count") >= EVENTS // 16, seconds=30, what="the first effects")
            # What comes in meanwhile is refused or kept waiting, as the database's kind has it.
            sender.allowance = EVENTS // 2
            outage.last(SECONDS)
            sender.allowance = None
            sent.result()
        finally:
            sender.stopping.set()
    await_rest(stack, seconds=60)
    books = examine(stack, sendings)
    assert all(sending.sent_at for sending in sendings)
    assert books.acknowledged >= EVENTS // 2, books.text()
    assert not books.problems, books.text()
    assert books.repeats == 0, books.text()
