"""How long to wait before trying again."""

import random
from datetime import timedelta

CAP = timedelta(hours=1)


def backoff(attempt: int, *, base: timedelta, draw: random.Random | None = None) -> timedelta:
    """Full jitter: drawn evenly between zero and `base` doubled for every attempt already made, at most `CAP`.

    `attempt` counts from 1, the attempt that has just failed.
    """
    bound = min(CAP, base * 2 ** min(attempt - 1, 20))
    return timedelta(seconds=bound.total_seconds() * (draw or random).random())
