"""Random flows of every shape that waits, forks or calls, for people and crashes to meddle with."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Unclear

KINDS = ("delay", "call", "unsafe", "database", "state", "wait", "sub")
FORKS = ("each", "both")


class Chances(list[Outcome]):
    """A script for probes that never ends: mostly it goes well."""

    def __init__(self, chance: random.Random, *, unclear: bool) -> None:
        self.chance, self.unclear = chance, unclear

    def __bool__(self) -> bool:
        return True

    def pop(self, index: Any = 0) -> Outcome:
        draw = self.chance.random()
        if draw < 0.7:
            return Done(output={"x": 1})
        if draw < 0.85:
            return Fail("no")
        return Unclear("who knows") if self.unclear and draw >= 0.95 else Retry("later")


class Flow:
    """One random definition: its steps and edges, as `graph` takes them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.steps: dict[str, dict[str, Any]] = {}
        self.edges: list[str] = []
        self._numbers = itertools.count()
        self._row([], 0)

    def settings(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {
            "errorHandling": {"retryCount": 1, "onError": self.chance.choice(["stop", "continue"])}
        }
        for likely, more in ((0.5, {"exits": [{"event": "exit.now"}]}), (0.3, {"concurrency": {"limit": 1}})):
            chosen |= more if self.chance.random() < likely else {}
        return chosen

    def _row(self, ends: Sequence[str], depth: int) -> None:
        for _ in range(self.chance.randint(1, 3)):
            sort = self.chance.choice([*KINDS, *(FORKS * 2 if depth < 2 else ())])
            name = f"s{next(self._numbers)}"
            on_error = self.chance.choice([None, None, "stop", "continue", "retry"])
            self.steps[name] = self._step(sort, name) | ({"onError": on_error} if on_error else {})
            self.edges += [f"{end} -> {name}" for end in ends]
            for way in self._bodies(sort, name):
                self._row([f"{name}.{way}"], depth + 1)
            ends = [f"{name}.received", f"{name}.timeout"] if sort == "wait" else [name]
            if sort in ("call", "sub", *FORKS) and on_error is None and self.chance.random() < 0.3:
                ends = [*ends, f"{name}.error"]

    def _step(self, sort: str, name: str) -> dict[str, Any]:
        chance = self.chance
        match sort:
            case "delay":
                return {"type": "delay", "duration": f"{chance.randint(0, 90)} minutes"}
            case "call" | "unsafe" | "database":
                return {"type": f"probe_{'outside' if sort == 'call' else sort}", "note": name}
            case "state":
                return {"type": "state", "name": "c", "action": "increment"}
            case "wait":
                return {"type": "wait_for_event", "event": "it.came", "timeout": "1 hour"}
            case "sub":
                return {"type": "subworkflow", "workflowId": "Child", "timeout": chance.choice(["", "50 minutes"])}
            case "each":
                errors = chance.choice(["continue", "stop"])
                items = list(range(chance.randint(0, 4)))
                return {"type": "foreach", "items": items, "concurrency": 2, "on_item_error": errors}
        branches = [{"name": f"w{number}", "optional": chance.random() < 0.3} for number in range(3)]
        return {"type": "parallel", "branches": branches, "wait_for": chance.choice(["all", "any", 2])}

    def _bodies(self, sort: str, name: str) -> list[str]:
        if sort == "each":
            return ["each"]
        return [f"w{number}" for number in range(3) if self.chance.random() < 0.85] if sort == "both" else []
