"""Threads that make outside calls, and the basket into which results fall."""

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

#: Seats per thread: rows that are claimed while their call still waits for a thread, so that none runs dry.
SEATS_PER_THREAD = 2


class CallPool:
    """A fixed number of threads. `free` is how many more calls may be handed in; what is claimed beyond that waits."""

    def __init__(self, *, threads: int, wake: threading.Event) -> None:
        self.seats = threads * SEATS_PER_THREAD
        self.taken = 0
        self._wake = wake
        self._todo: SimpleQueue[tuple[Callable[[], Any], deque[Any], Any] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"call-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def free(self) -> int:
        """Seats not taken."""
        return max(0, self.seats - self.taken)

    def submit(self, call: Callable[[], Any], *, basket: deque[Any], tag: Any) -> None:
        """Run `call` in a thread; ``(tag, result)`` is then appended to `basket` and the drain woken.

        `call` must not raise: it says what happened in its result.
        """
        self._todo.put((call, basket, tag))

    def close(self) -> None:
        """Let the threads end after what they have in hand."""
        for _ in self._threads:
            self._todo.put(None)

    def _run(self) -> None:
        while (job := self._todo.get()) is not None:
            call, basket, tag = job
            basket.append((tag, call()))
            self._wake.set()
