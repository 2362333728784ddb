"""The job of a backtest: piece by piece it looks at the events of the period, and then leads runs for some of them.

A piece commits its counts together with the cursor and with the job's own progress. One that is lost is done again as
if it had never been, so nothing is counted twice.
"""

import time
from collections.abc import Sequence

from django.db import connection

from opsflows.accounts.calendars import account_clock
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.rules import Clock
from opsflows.runs.start import entry_scope
from opsflows.studio.backtest.expect import expected_of
from opsflows.studio.backtest.needs import any_of, need_of
from opsflows.studio.backtest.scan import Seen, stretch
from opsflows.studio.backtest.sent import rehearse_some
from opsflows.studio.backtest.side import Side, draft_side, event_of, version_side
from opsflows.studio.backtest.tally import Tally
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.studio.models.backtest import MOST_KEPT
from opsflows.workflows.errors import InvalidDefinition

KIND = "studio.backtest"
#: A piece ends at whichever comes first. SQLite lets nobody else write meanwhile, so there it is over sooner.
PIECE = 10_000
SECONDS = {"sqlite": 0.25, "postgresql": 1.0}

#: What is written at the end of a piece.
_WRITTEN = (
    "state",
    "stage",
    "after",
    "seen",
    "expected",
    "fired_draft",
    "fired_published",
    "fired_both",
    "unreadable",
    "days",
    "rehearsed",
    "sent",
    "remark",
    "error",
    "started_at",
    "ended_at",
)


def backtest_piece(piece: Slice) -> Progress:
    """One piece: a stretch of events; behind the last of them, some runs led through the steps."""
    # The lock that whoever stops it takes: either this piece sees it, or comes to its end before.
    rows = Backtest.objects.select_for_update(of=("self",)).select_related("account")
    backtest = rows.filter(pk=piece.params["backtest"]).first()
    if backtest is None or backtest.state not in Backtest.OPEN:
        return Progress(True, done=piece.done)
    backtest.state, backtest.started_at = Backtest.State.RUNNING, backtest.started_at or piece.now
    try:
        _go_on(backtest, piece)
    except InvalidDefinition as error:
        # It was tried when it was asked for; what a newer OpsFlows no longer reads, it will not read the next time.
        backtest.state, backtest.error, backtest.ended_at = Backtest.State.FAILED, str(error), piece.now
    backtest.save(update_fields=_WRITTEN)
    return Progress(
        backtest.state not in Backtest.OPEN,
        done=backtest.seen,
        total=backtest.expected,
        note=", ".join(backtest.events),
        result={"draft": backtest.fired_draft, "published": backtest.fired_published},
    )


def _go_on(backtest: Backtest, piece: Slice) -> None:
    draft, published = draft_side(backtest), version_side(backtest.version)
    clock = account_clock(backtest.account, now=piece.now)
    if backtest.expected is None:
        backtest.expected = expected_of(backtest)
    if backtest.stage < len(backtest.events):
        _look(backtest, draft, published, clock)
    elif rehearse_some(backtest, draft, published, clock, seconds=SECONDS[connection.vendor]):
        # Events that came in late, or went for their age meanwhile, are counted as they were found.
        backtest.expected = backtest.seen
        backtest.state, backtest.ended_at = Backtest.State.DONE, piece.now


def _look(backtest: Backtest, draft: Side, published: Side | None, clock: Clock) -> None:
    """Judge a stretch of events of the name whose turn it is."""
    began, name, count, last = time.monotonic(), backtest.events[backtest.stage], 0, None
    asked = [side if side is not None and side.event == name else None for side in (draft, published)]
    need = any_of([need_of(side.tree) for side in asked if side is not None])
    tally = Tally(backtest, clock.zone, _room(backtest))
    is_failing = published is None and name == event_of(backtest.version)
    is_all, seconds = True, SECONDS[connection.vendor]
    for seen in stretch(backtest, name, need, limit=PIECE):
        _judge(seen, asked, clock, tally)
        if is_failing:
            tally.failing(seen.received_at)
        count, last = count + 1, seen.id
        if time.monotonic() - began > seconds:
            is_all = False
            break
    tally.keep()
    if is_all and count < PIECE:
        backtest.stage, backtest.after = backtest.stage + 1, None
    else:
        backtest.after = last


def _judge(seen: Seen, sides: Sequence[Side | None], clock: Clock, tally: Tally) -> None:
    event, moment = seen.event, seen.received_at
    if event is None:
        tally.passed_over(moment) if seen.is_kept else tally.unreadable(moment)
        return
    try:
        # As routing would have asked: by the moment at which it came in.
        scope, then = entry_scope(event), Clock(moment, clock.zone, clock.calendar)
        draft, published = (side is not None and side.fires(scope, then) for side in sides)
    except Exception:
        # A payload that cannot be read, or that a condition stumbles over: routing would have set the event aside.
        tally.unreadable(moment)
        return
    if draft or published:
        tally.caught(seen.id, moment, draft=draft, published=published)
    else:
        tally.passed_over(moment)


def _room(backtest: Backtest) -> dict[str, int]:
    """Of each kind, how many more events are kept: the newest come first, so the first are."""
    both = backtest.fired_both
    there = {
        BacktestEvent.Kind.BOTH: both,
        BacktestEvent.Kind.NEW: backtest.fired_draft - both,
        BacktestEvent.Kind.LOST: backtest.fired_published - both,
    }
    return {kind: max(0, MOST_KEPT - count) for kind, count in there.items()}
