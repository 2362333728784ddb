"""Several machines on one PostgreSQL (docs/deploy.md): two serve, three work, and one of the three is lost for good."""

import json
import secrets
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from cryptography.fernet import Fernet

from opsflows.queue.heartbeat import STALE
from tests.processes.deals import deals, rule
from tests.processes.evidence import examine
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, Sending, prepare
from tests.processes.stack import WEB, WORKER, Stack, free_port
from tests.processes.wait import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.postgres]

EVENTS = 400
#: Events a second at each of the two web servers.
RATE = 40
#: The others count a worker as dead after `STALE` and look every two seconds; the rest is for a busy machine.
LATEST = STALE.total_seconds() + 10
_ALIVE = "SELECT count(DISTINCT supervisor) FROM worker_heartbeats WHERE stopped_at IS NULL"


def start_machines(stack: Stack) -> list[int]:
    """Two web servers and three workers, each with a data folder of its own; the ports of the web servers."""
    ports = [stack.port, free_port()]
    for number, port in enumerate(ports):
        machine = {"OPSFLOWS_HOME": str(stack.folder / f"web-{number}"), "PORT": str(port)}
        stack.start_machine(f"web-{number}", WEB, machine)
    for number in range(3):
        machine = {"OPSFLOWS_HOME": str(stack.folder / f"worker-{number}"), "OPSFLOWS_DRAINS": "1"}
        stack.start_machine(f"worker-{number}", WORKER, machine)
    wait_until(lambda: stack.database.value(_ALIVE) == 3, seconds=60, what="three workers", pause=0.1)
    stack.wait_ready()
    return ports


def lose(stack: Stack, name: str) -> None:
    """As when its power fails: everything of that machine ends at once, and nobody starts it again."""
    family = stack.family(name)
    family[0].send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def lateness(stack: Stack, sendings: list[Sending]) -> list[float]:
    """Seconds from the answer to each event until its effect was seen outside, the longest last."""
    arrived = {json.loads(body)["deal"]: first_at for _, first_at, _, body, _ in stack.ask_sink("/ledger")}
    return sorted(arrived[sending.key] - sending.answered_at for sending in sendings)


def test_a_worker_that_is_lost_for_good_takes_nothing_with_it(stack: Stack) -> None:
    # What machines of one installation share; generated into one machine's data folder it would be unknown to others.
    stack.environment |= {"SECRET_KEY": secrets.token_hex(32), "OPSFLOWS_KEYS": Fernet.generate_key().decode()}
    stack.prepare(rule(stack.start_sink("--ledger", "--delay", "0.2")))
    ports = start_machines(stack)
    sendings = prepare(stack.path, stack.secret, deals("deal", EVENTS))
    with ThreadPoolExecutor(2) as executor:
        halves = [sendings[number::2] for number in range(2)]
        sent = [
            executor.submit(Sender(port, connections=4).send, half, rate=RATE)
            for port, half in zip(ports, halves, strict=True)
        ]
        wait_until(lambda: sendings[EVENTS // 2].answered_at, seconds=60, what="half of the load")
        # Calls of 0.2 s at this rate: it has several under way.
        lost_at = time.monotonic()
        lose(stack, "worker-1")
        for each in sent:
            each.result()
    await_rest(stack, seconds=LATEST + 20)
    books = examine(stack, sendings)
    assert books.acknowledged == EVENTS, books.text()
    assert not books.problems, books.text()
    assert stack.database.value(_ALIVE) == 2
    late = lateness(stack, sendings)
    assert late[-1] < LATEST, books.text()
    # Only what the lost one held had to wait; all other work went past it.
    waited = sum(seconds > STALE.total_seconds() / 2 for seconds in late)
    assert waited < EVENTS / 10, f"{waited} of {EVENTS} waited; lost after {lost_at - sendings[0].sent_at:.1f} s"
