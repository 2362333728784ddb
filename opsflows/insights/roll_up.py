"""Add up, a few minutes behind the present, what happened: the work of one job, every minute.

Rows are not committed in the order of their ids and times, so the last minutes (`MARGIN`) are counted anew each time
and shown; only what is older is counted for good, once: it is added to what is settled in the same commit that moves
the mark. A piece reads no more than `STRETCHES` quarters of an hour, however long nobody looked.
"""

from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.insights.hourly import HourlyFigures
from opsflows.insights.models import RollUpMark
from opsflows.insights.stretch import QUARTER, stretches, zone_called
from opsflows.insights.tally import tally
from opsflows.insights.workflows import WorkflowFigures
from opsflows.queue.ids import made_at
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.runs.models import Execution

#: What was committed later than this after its time stays uncounted: no transaction here lives as long, and machines'
#: clocks are expected to agree better.
MARGIN = timedelta(minutes=5)
#: The clock of another machine may be ahead by so much.
AHEAD = timedelta(minutes=1)
#: Quarters of an hour settled by one piece.
STRETCHES = 12
#: How far back the very first roll-up begins.
FIRST = timedelta(days=14)


def roll_up(piece: Slice) -> Progress:
    """Settle what has become old enough; with the last piece, count the last minutes anew."""
    with transaction.atomic():
        mark = _lock_mark(piece.now)
        goal = piece.now.replace(second=0, microsecond=0) - MARGIN
        settling = list(islice(stretches(mark.settled_until, goal), STRETCHES))
        reached = settling[-1].end if settling else mark.settled_until
        is_finished = reached >= goal
        zones = _zones()
        hourly, workflows = HourlyFigures(zones, since=mark.settled_until), WorkflowFigures(zones)
        for stretch in settling:
            found = tally(stretch)
            hourly.add(stretch, found, settled=True)
            workflows.add(stretch, found, settled=True)
        if is_finished:
            for stretch in stretches(reached, piece.now + AHEAD):
                found = tally(stretch)
                hourly.add(stretch, found, settled=False)
                workflows.add(stretch, found, settled=False)
        hourly.write()
        workflows.write()
        mark.settled_until = reached
        mark.save(update_fields=["settled_until"])
    done = piece.done + len(settling)
    return Progress(is_finished, done=done, note=f"added up until {reached:%Y-%m-%d %H:%M} UTC")


def _lock_mark(now: datetime) -> RollUpMark:
    mark = RollUpMark.objects.select_for_update().first()
    if mark is None:
        RollUpMark.objects.bulk_create([RollUpMark(settled_until=_beginning(now))], ignore_conflicts=True)
        mark = RollUpMark.objects.select_for_update().get()
    return mark


def _beginning(now: datetime) -> datetime:
    """The quarter of an hour in which the oldest row was made, at most `FIRST` ago."""
    oldest = [
        made_at(first)
        for model in (Event, Execution)
        if (first := model._default_manager.order_by("id").values_list("id", flat=True).first())
    ]
    start = max(min([now - MARGIN, *oldest]), now - FIRST)
    return next(stretches(start, start + QUARTER)).end - QUARTER


def _zones() -> dict[object, ZoneInfo]:
    return {account_id: zone_called(name) for account_id, name in PlatformAccount.objects.values_list("id", "timezone")}
