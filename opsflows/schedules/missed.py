"""What is due, and what of it is made up after nobody worked for a while. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from opsflows.schedules.fire_times import fire_times

#: No more of the missed fires are made up one by one.
MOST_MADE_UP = 24
#: A fire that is no later than this came in time, whatever the policy: a worker was started anew, say.
IN_TIME = timedelta(minutes=5)
#: Missed fires are counted up to here.
MOST_COUNTED = 1000
#: How far back the latest fires are looked for, step by step, so that a long stop costs no more than a short one.
_SPANS = tuple(map(timedelta, (1 / 24, 1, 40, 400, 4000)))

ONCE, ALL, SKIP = "once", "all", "skip"


@dataclass(frozen=True, slots=True)
class Missed:
    """Fires that are not made up: how many (`MOST_COUNTED` stands for as many or more), and the first and last."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now: the fires, in order, and what is left out."""

    fires: tuple[datetime, ...] = ()
    missed: Missed | None = None


def due(
    cron: str, zone: ZoneInfo, *, after: datetime, until: datetime, now: datetime, policy: str, grace: timedelta
) -> Due:
    """What fell due behind `after` and not behind `until` (`now`, or the schedule's end), by `policy`.

    `once` makes up the latest fire unless it is older than `grace`; `all` makes up each, at most the latest
    `MOST_MADE_UP`; `skip` makes up none. What came in time fires by every policy.
    """
    counted = list(islice(fire_times(cron, zone, after=after, until=until), MOST_COUNTED))
    if not counted:
        return Due()
    latest = counted if len(counted) < MOST_COUNTED else _latest(cron, zone, after=after, until=until)
    if policy == ALL:
        fires = latest[-MOST_MADE_UP:]
    else:
        longest = max(grace, IN_TIME) if policy == ONCE else IN_TIME
        fires = latest[-1:] if now - latest[-1] <= longest else []
    left = len(counted) - len(fires)
    if left == 0:
        return Due(tuple(fires))
    before = latest[-len(fires) - 1]
    return Due(tuple(fires), Missed(MOST_COUNTED if len(counted) == MOST_COUNTED else left, counted[0], before))


def _latest(cron: str, zone: ZoneInfo, *, after: datetime, until: datetime) -> list[datetime]:
    """The latest fires up to `until`, more than are ever made up, in order."""
    found: list[datetime] = []
    for span in _SPANS:
        start = max(after, until - span)
        found = list(fire_times(cron, zone, after=start, until=until))
        if len(found) > MOST_MADE_UP or start == after:
            break
    return found
