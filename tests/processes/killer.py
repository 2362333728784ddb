"""Kills processes of a stack with SIGKILL, at random points under load, and starts what has nobody to start it."""

import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psutil

from tests.processes.family import CLUSTER, ROLES, SENTINEL, SUPERVISOR, WEB_MASTER, Family
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, Sending
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

#: A cluster that was killed needs seconds to come up again, longer on a busy machine.
COMEBACK = 60.0
#: At most so long after a burst of events the blow falls, in seconds.
LATEST = 0.4
#: What is below one of these must end with it.
_PARENTS = (SUPERVISOR, CLUSTER, SENTINEL)


@dataclass(slots=True)
class Havoc:
    """What was done."""

    #: Role, and the moment on the machine's monotonic clock.
    kills: list[tuple[str, float]] = field(default_factory=list)
    #: Processes that went on although the one above them was killed.
    orphans: list[str] = field(default_factory=list)


class Killer:
    """Deals one blow at a time, each into a burst of events."""

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

    def run(self, sender: Sender, sendings: list[Sending], *, blows: int, calm: bool = False) -> Havoc:
        """Send all of `sendings`; the last burst comes after the last blow.

        With `calm` each blow waits until all is at rest again, so that what follows it can be told apart.
        """
        sender.allowance = 0
        with ThreadPoolExecutor(1) as executor:
            sending = executor.submit(sender.send, sendings)
            try:
                for number, role in enumerate(self.plan(blows), start=1):
                    if calm:
                        await_rest(self._stack, seconds=COMEBACK)
                    sender.allowance = len(sendings) * number // (blows + 1)
                    self._await_victim(role)
                    self._pause.wait(self._random.uniform(0, LATEST))
                    while not self._kill(role, self._await_victim(role)):
                        pass
                sender.allowance = None
                sending.result()
            finally:
                sender.stopping.set()
        return self.havoc

    def _await_victim(self, role: str) -> int:
        pids = wait_until(lambda: self._family.members()[role], seconds=COMEBACK, what=f"a {role} to kill")
        return self._random.choice(pids)

    def _kill(self, role: str, pid: int) -> bool:
        """Whether there was somebody to kill: an earlier blow may have ended this one just now."""
        try:
            victim = psutil.Process(pid)
            below = victim.children(recursive=True) if role in _PARENTS else []
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        self.havoc.kills.append((role, time.monotonic()))
        _, alive = psutil.wait_procs(below, timeout=5)
        self.havoc.orphans += [f"{process.pid} below the {role}" for process in alive]
        if role == SUPERVISOR:
            self._stack.restart("worker")
        elif role == WEB_MASTER:
            self._stack.restart("web")
        return True
