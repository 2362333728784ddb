"""What would have been sent to whom: runs led through both definitions for the newest events that either catches."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from opsflows.events.consumers import RoutedEvent
from opsflows.events.route import load_events
from opsflows.rules import Clock
from opsflows.rules.text import excerpt
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.studio.backtest.recipients import acts, fails, recipients_of
from opsflows.studio.backtest.rehearse import Plan
from opsflows.studio.backtest.side import Side
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.workflows.errors import InvalidDefinition

#: Events that runs are led through for. It is said on the page.
REHEARSED = 200
#: Lines that are kept; what would go to still others is added up in one line each step.
MOST_LINES = 200
_AT_ONCE = 10
OTHERS = "others"
_PROBLEM = 200


def rehearse_some(backtest: Backtest, draft: Side, published: Side | None, clock: Clock, *, seconds: float) -> bool:
    """Go on for about `seconds`; whether that was the last of them. The backtest's row holds what was found."""
    plans = [_plan(backtest, side) for side in (draft, published)]
    if not backtest.rehearsed:
        backtest.remark = _remark(draft)
    began, lines = time.monotonic(), Lines(backtest.sent)
    while True:
        rows = _next(backtest)
        for row, event in rows:
            backtest.rehearsed += 1
            if event is not None:
                _lead(plans, row, event, clock, lines)
        is_last = len(rows) < _AT_ONCE or backtest.rehearsed >= REHEARSED
        if is_last or time.monotonic() - began > seconds:
            backtest.sent = lines.as_json()
            return is_last


def _next(backtest: Backtest) -> list[tuple[BacktestEvent, RoutedEvent | None]]:
    """The next few of the events that were found, the newest first; None for one that went for its age meanwhile."""
    end = min(backtest.rehearsed + _AT_ONCE, REHEARSED)
    rows = list(BacktestEvent.objects.filter(backtest=backtest).order_by("-event_id")[backtest.rehearsed : end])
    events = {event.id: event for event in load_events([row.event_id for row in rows])}
    return [(row, events.get(row.event_id)) for row in rows]


def _lead(plans: Sequence[Plan | None], row: BacktestEvent, event: RoutedEvent, clock: Clock, lines: "Lines") -> None:
    then = Clock(event.received_at, clock.zone, clock.calendar)
    catches = (row.kind != BacktestEvent.Kind.LOST, row.kind != BacktestEvent.Kind.NEW)
    for which, (plan, is_caught) in enumerate(zip(plans, catches, strict=True)):
        if plan is not None and is_caught and event.payload is not None:
            lines.add(which, plan.steps(event, then))


def _plan(backtest: Backtest, side: Side | None) -> Plan | None:
    if side is None:
        return None
    try:
        compiled, source = side.compiled()
    except InvalidDefinition:
        return None
    return Plan(compiled, source, backtest.workflow_id)


def _remark(draft: Side) -> str:
    try:
        draft.compiled()
    except InvalidDefinition as error:
        return f"The draft's steps are not finished: {error}"
    return ""


class Lines:
    """How often each step would go to each recipient: `[kind, label, recipient, problem, draft, published]`."""

    def __init__(self, stored: Iterable[Any]) -> None:
        self._counts: dict[tuple[str, str, str, str], list[int]] = {
            (kind, label, to, problem): [draft, published] for kind, label, to, problem, draft, published in stored
        }

    def add(self, which: int, steps: Iterable[TriedStep]) -> None:
        """What a run would do; `which`: 0 of the draft, 1 of the published version."""
        for step in steps:
            if fails(step):
                self._count(which, step, "", excerpt(step.error or "", _PROBLEM).strip('"'))
            elif acts(step):
                for to in recipients_of(step):
                    self._count(which, step, to, "")

    def as_json(self) -> list[Any]:
        """For the backtest's row; what the draft does most often comes first."""
        lines = [[*key, *counts] for key, counts in self._counts.items()]
        return sorted(lines, key=lambda line: (-line[4], -line[5], line[:4]))

    def _count(self, which: int, step: TriedStep, to: str, problem: str) -> None:
        key = (step.kind, step.label, to, problem)
        if key not in self._counts and len(self._counts) >= MOST_LINES:
            key = (step.kind, step.label, OTHERS, "")
        self._counts.setdefault(key, [0, 0])[which] += 1
