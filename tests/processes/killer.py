"""Kills processes of a stack with SIGKILL, at random points under load, and starts what has nobody to start it."""

import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil

from tests.processes.family import DRAIN, ROLES, SUPERVISOR, WEB_MASTER, Family
from tests.processes.sender import Sender, Sending
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

#: A cluster that was killed needs seconds to come up again, longer on a busy machine.
COMEBACK = 60.0
#: At most so long after a burst of events the blow falls, in seconds.
LATEST = 0.4


@dataclass(slots=True)
class Havoc:
    """What was done."""

    kills: Counter[str] = field(default_factory=Counter)
    #: Processes that went on after the supervisor above them was killed.
    orphans: list[str] = field(default_factory=list)
    #: Seconds from each kill until the next effect was seen outside, by role.
    recoveries: list[tuple[str, float]] = field(default_factory=list)


class Killer:
    """Deals one blow at a time; between blows events keep coming, a burst for each."""

    def __init__(self, stack: Stack, *, seed: int) -> None:
        self._stack = stack
        self._family = Family(stack)
        self._random = random.Random(seed)
        self._pause = threading.Event()
        self.havoc = Havoc()

    def plan(self, blows: int) -> list[str]:
        """Roles in random order, each about as often as the others."""
        roles: list[str] = []
        while len(roles) < blows:
            roles += self._random.sample(ROLES, len(ROLES))
        return roles[:blows]

    def run(self, sender: Sender, sendings: list[Sending], *, blows: int) -> Havoc:
        """Send all of `sendings`, with a blow in the middle of every burst."""
        sender.allowance = 0
        sending = threading.Thread(target=sender.send, args=(sendings,), daemon=True)
        sending.start()
        try:
            for number, role in enumerate(self.plan(blows), start=1):
                victim = wait_until(lambda role=role: self._choose(role), seconds=COMEBACK, what=f"a {role}")
                sender.allowance = len(sendings) * number // (blows + 1)
                self._pause.wait(self._random.uniform(0, LATEST))
                self._kill(role, self._choose(role) or victim)
            sender.allowance = None
            sending.join(timeout=120)
            assert not sending.is_alive(), "the sender did not come to its end"
        finally:
            sender.stopping.set()
            sender.allowance = None
            sending.join(timeout=60)
        return self.havoc

    def _choose(self, role: str) -> int | None:
        pids = self._family.members()[role]
        return self._random.choice(pids) if pids else None

    def _kill(self, role: str, pid: int) -> None:
        below = self._stack.family("worker") if role == SUPERVISOR else []
        try:
            psutil.Process(pid).send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return
        self.havoc.kills[role] += 1
        killed_at = time.monotonic()
        if role == SUPERVISOR:
            _, alive = psutil.wait_procs(below, timeout=5)
            self.havoc.orphans += [f"{process.pid} {' '.join(process.cmdline())}" for process in alive]
            self._stack.restart("worker")
        elif role == WEB_MASTER:
            self._stack.restart("web")
        if role in (WEB_MASTER, DRAIN) or "web" not in role:
            self._await_effect(role, killed_at)

    def _await_effect(self, role: str, killed_at: float) -> None:
        """The work goes on; how long it took."""
        before = self._stack.ask_sink("/count")
        wait_until(lambda: self._stack.ask_sink("/count") > before, seconds=COMEBACK, what=f"work after the {role}")
        self.havoc.recoveries.append((role, time.monotonic() - killed_at))
