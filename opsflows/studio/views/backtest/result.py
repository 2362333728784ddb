"""What the page of a backtest shows: how far it is, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.markup import Look, badge
from opsflows.studio.backtest.sent import REHEARSED
from opsflows.studio.backtest.standing import standing_of
from opsflows.studio.backtest.tally import failing_in
from opsflows.studio.backtest.words import period_of, sentence_of
from opsflows.studio.models import Backtest
from opsflows.studio.views.backtest.chart import Chart, chart_of
from opsflows.studio.views.backtest.found import Found, found_in
from opsflows.studio.views.frame import address
from opsflows.workflows.models import Workflow
from opsflows.workflows.registry import all_kinds

LOOKS = {
    Backtest.State.QUEUED: Look("Waiting", "waiting", "schedule"),
    Backtest.State.RUNNING: Look("Under way", "running", "play_circle"),
    Backtest.State.DONE: Look("Done", "done", "check_circle"),
    Backtest.State.FAILED: Look("Broken off", "failed", "error"),
    Backtest.State.CANCELLED: Look("Stopped", "off", "cancel"),
}
_SHOWN_LINES = 25


@dataclass(frozen=True, slots=True)
class Moving:
    """One that is not over: how far, how fast, how long still."""

    badge: SafeString
    sentence: str
    pace: str
    percent: str
    url: str
    stop_url: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of what would have been sent: how often the draft, and the published version."""

    icon: str
    label: str
    to: str
    problem: str
    draft: int
    published: int


@dataclass(frozen=True, slots=True)
class Result:
    """One that is over."""

    look: Look
    badge: SafeString
    sentence: str
    error: str
    chart: Chart
    found: Found
    sent: Sequence[Sent]
    more_sent: Sequence[Sent]
    rehearsed: int
    is_part: bool
    #: Events that would have started a run that fails, since the published version cannot be read any more.
    failing: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """One of the list."""

    row: Backtest
    badge: SafeString
    period: str
    url: str
    is_here: bool
    is_over: bool


def progress_of(backtest: Backtest, workflow: Workflow, *, now: datetime) -> Moving | None:
    """How far it is; None where it is over."""
    standing = standing_of(backtest)
    if not standing.is_open:
        return None
    one = {"backtest_id": backtest.pk}
    expected = backtest.expected or 0
    is_looking = backtest.stage < len(backtest.events)
    if standing.state is Backtest.State.QUEUED:
        sentence = "It waits for a worker, which takes a few seconds."
    elif is_looking:
        sentence = f"{backtest.seen:,} of {max(expected, backtest.seen):,} events looked at."
    else:
        sentence = (
            f"All {backtest.seen:,} events looked at. Now what would have been sent: {backtest.rehearsed:,} so far."
        )
    share = backtest.seen / expected if expected else 0.0
    return Moving(
        badge=badge(LOOKS[standing.state]),
        sentence=sentence,
        pace=_pace(backtest, now) if is_looking else "",
        percent=f"{100 * min(share, 1.0):.1f}",
        url=address("backtest-progress", workflow, **one),
        stop_url=address("backtest-stop", workflow, **one),
    )


def result_of(backtest: Backtest, workflow: Workflow, asked: Mapping[str, Any]) -> Result:
    """What came of one that is over. A fixed number of queries, whatever it found."""
    standing = standing_of(backtest)
    sent = [_sent(line) for line in backtest.sent]
    return Result(
        look=LOOKS[standing.state],
        badge=badge(LOOKS[standing.state]),
        sentence=sentence_of(backtest),
        error=standing.error,
        chart=chart_of(backtest),
        found=found_in(backtest, workflow, asked),
        sent=sent[:_SHOWN_LINES],
        more_sent=sent[_SHOWN_LINES:],
        rehearsed=min(backtest.rehearsed, REHEARSED),
        is_part=standing.state is not Backtest.State.DONE,
        failing=failing_in(backtest),
    )


def earlier_of(rows: QuerySet[Backtest], workflow: Workflow, here: Backtest | None) -> list[Earlier]:
    """The backtests of the workflow, `rows`, in their order. One query."""
    heavy = ("workflow_data", "settings", "references", "days", "sent")
    return [
        Earlier(
            row=row,
            # Whether its job is still alive is told on its own page; asking for each would be a query each.
            badge=badge(LOOKS[Backtest.State(row.state)]),
            period=period_of(row),
            url=address("backtest-run", workflow, backtest_id=row.pk),
            is_here=here is not None and row.pk == here.pk,
            is_over=row.state not in Backtest.OPEN,
        )
        for row in rows.select_related("account", "created_by", "version").defer(*heavy)
    ]


def _pace(backtest: Backtest, now: datetime) -> str:
    """How fast it goes and how long it still takes; empty where that cannot be told yet."""
    if backtest.started_at is None or not backtest.seen or backtest.expected is None:
        return ""
    seconds = (now - backtest.started_at).total_seconds()
    if seconds < 1:
        return ""
    speed = backtest.seen / seconds
    left = timedelta(seconds=max(0, backtest.expected - backtest.seen) / speed)
    return f"{speed:,.0f} a second, about {words.span(left)} left."


def _sent(line: Sequence[Any]) -> Sent:
    kind, label, to, problem, draft, published = line
    known = all_kinds().get(kind)
    return Sent(
        known.icon if known else "bolt", label or (known.label if known else kind), to, problem, draft, published
    )
