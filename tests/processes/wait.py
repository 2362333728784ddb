"""Waiting for something to become true in another process."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

PAUSE = 0.02
_never = threading.Event()
_Seen = TypeVar("_Seen")


def wait_until(look: Callable[[], _Seen], *, seconds: float, what: str, pause: float = PAUSE) -> _Seen:
    """The first truthy answer of `look`, which is asked again every `pause` seconds.

    Raises:
        TimeoutError: there was none in time; the message says `what` was waited for and what was seen last.
    """
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise TimeoutError(f"Not within {seconds:.0f} s: {what} (last seen: {seen!r})")
        _never.wait(pause)
