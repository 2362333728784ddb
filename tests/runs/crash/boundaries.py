"""The places at which a worker can end, in the order in which a run passes them; and a worker that ends at one."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from opsflows.runs.lane import RunsLane

BEFORE_COMMIT = "before the commit"
#: All is written, effects in our own database with it; then the transaction is lost.
INSIDE_COMMIT = "inside the commit"
AFTER_COMMIT = "after the commit"
#: What was decided is committed where it has to be, and nothing is sent.
BEFORE_CALL = "before the call"
#: The other side has done it, and nobody here has written that down.
AFTER_CALL = "after the call"
#: Whoever waits for an event was woken, and the transaction is lost.
INSIDE_ROUTING = "inside routing"
#: Nothing is in hand: the run waits.
AT_REST = "at rest"

Place = tuple[str, int]


class Died(BaseException):
    """Stands for the end of the process."""


class Boundaries:
    """Counts the places that are passed; at `deadly`, the n-th of its sort, the worker ends."""

    def __init__(self, deadly: Place | None = None) -> None:
        self.deadly = deadly
        self.passed: Counter[str] = Counter()
        #: Whether the transactions count that hand events over. They are the same for all kinds that wait for none.
        self.in_routing = False

    def all(self) -> list[Place]:
        """Every place that was passed."""
        return [(name, number) for name, count in self.passed.items() for number in range(1, count + 1)]

    def reach(self, name: str) -> None:
        self.passed[name] += 1
        if (name, self.passed[name]) == self.deadly:
            raise Died

    @contextmanager
    def watched(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Inside, the engine's doors lead past these places."""
        with monkeypatch.context() as patch:

            def around(target: str, *, before: str = "", after: str = "", where: Callable[..., bool] = _always) -> None:
                owner, _, name = target.rpartition(".")
                real = _find(owner, name)

                def door(*args: Any, **named: Any) -> Any:
                    if before and where(*args):
                        self.reach(before)
                    answer = real(*args, **named)
                    if after:
                        self.reach(after)
                    return answer

                patch.setattr(target, door)

            around("opsflows.runs.lane.flush", before=BEFORE_COMMIT)
            around("opsflows.runs.engine.flush.checkpoint", after=INSIDE_COMMIT)
            around("opsflows.runs.lane.RunsLane._committed", before=AFTER_COMMIT)
            around("opsflows.runs.lane.RunsLane._send", before=BEFORE_CALL)
            around("opsflows.runs.lane.RunsLane._collect", before=AFTER_CALL, where=_something_came_back)
            if self.in_routing:
                around("opsflows.events.route._hand_over", after=INSIDE_ROUTING)
            yield


def _find(owner: str, name: str) -> Any:
    from django.utils.module_loading import import_string

    return import_string(f"{owner}.{name}") if owner != "opsflows.runs.lane.RunsLane" else getattr(RunsLane, name)


def _always(*_: Any) -> bool:
    return True


def _something_came_back(lane: RunsLane) -> bool:
    return bool(lane._returned)
