"""One limit on the whole of a call, where sockets only know a limit on each single read."""

import time


class Deadline:
    """A point in monotonic time that every wait of one call shares."""

    __slots__ = ("at", "seconds", "started")

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic()
        self.seconds = seconds
        self.at = self.started + seconds

    def left(self) -> float:
        """Seconds that remain, always more than zero.

        Raises:
            TimeoutError: when none do.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def elapsed_ms(self) -> int:
        """Milliseconds since the call began."""
        return int((time.monotonic() - self.started) * 1000)
