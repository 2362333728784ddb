"""Poison among good events: these finish, and the poisoned are set aside where a person sees them, with a reason."""

import json
import os
import signal
import uuid

import pytest

from tests.processes.deals import STORED, call, deals, rule
from tests.processes.sender import Sender, Sending, prepare
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

pytestmark = pytest.mark.processes

GOOD = 100
#: More digits than Python reads, and yet what a database takes for JSON.
UNREADABLE = '{"amount": ' + "9" * 5000 + "}"
LATER = {"type": "delay", "duration": "1 hours"}


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """Prepared, with a rule each for good deals, deals that rest for an hour, and deals that end their receiver."""
    url = stack.start_sink("--ledger", "--kill", "deadly", "--delay", "0.3")
    deadly = rule(url, name="Deadly", trigger="hmac.deal.deadly")
    deadly["settings"] = {"errorHandling": {"retryCount": 1, "retryDelay": 1}}
    stack.prepare(
        rule(url),
        deadly,
        {"name": "Spoilt", "trigger": "hmac.deal.spoilt", "actions": [LATER, call(url)]},
        {"name": "Doomed", "trigger": "hmac.deal.doomed", "actions": [LATER, call(url)]},
    )
    stack.start()
    return stack


def send(stack: Stack, prefix: str, count: int, event: str = "deal.won") -> list[Sending]:
    sendings = prepare(stack.path, stack.secret, deals(prefix, count, event=event))
    Sender(stack.port, connections=2).send(sendings)
    assert {sending.status for sending in sendings} == {202}
    return sendings


def run_of(stack: Stack, sending: Sending) -> tuple[str, str]:
    """Status and reason of the event's run."""
    query = "SELECT execution_status, error_message FROM workflow_executions WHERE event_id = %s"
    [row] = stack.database.rows(query, _id(sending))
    return row[0], row[1] or ""


def end_its_workers(stack: Stack, name: str) -> set[int]:
    """Kill whichever worker begins the run of the workflow called `name`, until it is set aside; who was killed."""
    of = "q.workflow_id IN (SELECT id FROM workflows WHERE workflow_name = %s)"
    begun = f"q.claims <= 8 AND {of}"
    holders = f"SELECT h.pid FROM worker_heartbeats h JOIN workflow_queue q ON q.worker_id = h.id WHERE {begun}"
    held = f"SELECT 1 FROM workflow_queue q WHERE q.status = 'held' AND {of}"
    killed: set[int] = set()

    def is_held() -> bool:
        for (pid,) in stack.database.rows(holders, name):
            if pid not in killed:
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
        return bool(stack.database.rows(held, name))

    wait_until(is_held, seconds=90, what="the run set aside")
    return killed


def await_good(stack: Stack, sendings: list[Sending]) -> None:
    done = f"""
        SELECT count(*) FROM workflow_executions x JOIN events e ON e.id = x.event_id
        WHERE e.name = '{STORED}' AND x.execution_status = 'completed'
    """
    wait_until(lambda: stack.database.value(done) == len(sendings), seconds=60, what="the good runs", pause=0.1)
    arrived = {entry[3] for entry in stack.ask_sink("/ledger")}
    assert {sending.key for sending in sendings} <= {_deal(body) for body in arrived}


def test_poison_event(stack: Stack) -> None:
    stack.stop("worker")
    [poisoned] = send(stack, "bad", 1)
    good = send(stack, "good", GOOD)
    stack.database.execute("UPDATE event_payloads SET data = %s WHERE event_id = %s", UNREADABLE, _id(poisoned))
    stack.start_worker()
    await_good(stack, good)
    [(event_id, consumer, error)] = stack.database.rows("SELECT event_id, consumer, error FROM event_routing_failures")
    assert (_plain(event_id), consumer) == (_plain(poisoned.event_id), "start_runs")
    assert "digits" in error


def test_poison_runs(stack: Stack) -> None:
    [spoilt] = send(stack, "spoilt", 1, "deal.spoilt")
    [doomed] = send(stack, "doomed", 1, "deal.doomed")
    waiting = "SELECT count(*) FROM workflow_queue WHERE status = 'waiting'"
    wait_until(lambda: stack.database.value(waiting) == 2, seconds=30, what="both runs at rest")
    stack.stop("worker")
    named = "WHERE workflow_id IN (SELECT id FROM workflows WHERE workflow_name = %s)"
    stack.database.execute(f"UPDATE workflow_versions SET workflow_data = '[]' {named}", "Spoilt")
    # As if its wait were over and five workers had ended with the call behind it already.
    doom = f"UPDATE workflow_queue SET claims = 5, resumes = FALSE, node_id = 'a2', status = 'queued' {named}"
    stack.database.execute(doom, "Doomed")
    stack.database.execute("UPDATE workflow_queue SET scheduled_at = created_at")
    good = send(stack, "good", GOOD)
    stack.start_worker()
    ended = end_its_workers(stack, "Doomed")
    await_good(stack, good)
    assert len(ended) == 3
    # Each ends by itself; nobody says in which order.
    rows = "SELECT status, worker_id FROM workflow_queue"
    wait_until(lambda: stack.database.rows(rows) == [("held", None)] * 2, seconds=30, what="both runs are set aside")
    assert run_of(stack, spoilt)[0] == "needs_attention"
    assert "workflow_data" in run_of(stack, spoilt)[1]
    assert run_of(stack, doomed)[0] == "needs_attention"
    assert "its worker ended" in run_of(stack, doomed)[1]


def test_receiver_that_kills_the_connection(stack: Stack) -> None:
    deadly = send(stack, "deadly", 5, "deal.deadly")
    good = send(stack, "good", GOOD)
    await_good(stack, good)
    over = "SELECT count(*) FROM workflow_executions WHERE execution_status = 'failed'"
    wait_until(lambda: stack.database.value(over) == len(deadly), seconds=30, what="the deadly runs' end")
    for sending in deadly:
        status, reason = run_of(stack, sending)
        assert status == "failed"
        assert "tried 2 times" in reason


def _deal(body: str) -> str:
    return str(json.loads(body)["deal"])


def _id(sending: Sending) -> uuid.UUID:
    return uuid.UUID(sending.event_id)


def _plain(value: object) -> str:
    return str(value).replace("-", "")
