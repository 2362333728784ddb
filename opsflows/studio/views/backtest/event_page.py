"""Why the draft, and the published version, would have fired for one event, comparison by comparison."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from opsflows.accounts.calendars import account_clock
from opsflows.admin_site.markup import page_for
from opsflows.events.consumers import RoutedEvent
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.rules import Clock
from opsflows.runs.start import entry_scope
from opsflows.runs.trace.explained import masked
from opsflows.studio.backtest.look import backtests_of
from opsflows.studio.backtest.side import Side, draft_side, event_of, version_side
from opsflows.studio.backtest.tally import failing_in
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow

_KINDS = {
    BacktestEvent.Kind.NEW: ("done", "Newly caught: the draft would have fired, the published version not."),
    BacktestEvent.Kind.LOST: ("attention", "No longer caught: the published version would have fired, the draft not."),
    BacktestEvent.Kind.BOTH: ("off", "Caught by both."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One side's. `explanation` is None where there are no comparisons to show; `reason` then says why."""

    title: str
    fires: bool
    reason: str
    explanation: Mapping[str, Any] | None
    #: It would have started a run that fails at once.
    fails: bool = False


@workflow_page
def event(studio: Studio, workflow: Workflow, backtest_id: uuid.UUID, event_id: uuid.UUID) -> HttpResponseBase:
    """One event that the backtest found."""
    seen = backtests_of(actor=studio.actor, workflow=workflow).filter(pk=backtest_id).order_by()
    rows = BacktestEvent.objects.filter(backtest__in=seen.values("pk"), event_id=event_id)
    row = rows.select_related("backtest__account", "backtest__version").first()
    if row is None:
        messages.warning(studio.request, "This backtest did not find that event, or is kept no more.")
        return HttpResponseRedirect(address("backtest", workflow))
    found = next(iter(load_events([event_id])), None)
    tone, sentence = _KINDS[BacktestEvent.Kind(row.kind)]
    if row.backtest.version_id is None:
        sentence = "The draft would have fired. Nothing was published to compare it with."
    elif failing_in(row.backtest):
        sentence = "The draft would have fired. The published version cannot be read any more."
    context = {
        "row": row,
        "tone": tone,
        "sentence": sentence,
        "verdicts": _verdicts(row.backtest, found) if found is not None and found.payload is not None else [],
        "event": found,
        "event_url": page_for(Event, event_id) if found is not None else "",
        "back": address("backtest-run", workflow, backtest_id=backtest_id),
    }
    return studio.show("Why this event", "backtest/event.html", context, row=workflow)


def _verdicts(backtest: Backtest, event: RoutedEvent) -> list[Verdict]:
    clock = account_clock(backtest.account, now=timezone.now())
    # As the backtest asked: by the moment at which it came in.
    then = Clock(event.received_at, clock.zone, clock.calendar)
    verdicts = []
    if backtest.version is not None:
        title = f"Published, {backtest.version}"
        published = version_side(backtest.version)
        if published is None and event_of(backtest.version) == event.name:
            reason = "It cannot be read any more, so its condition is not asked: the run fails at once."
            verdicts.append(Verdict(title, False, reason, None, fails=True))
        else:
            verdicts.append(_verdict(title, published, event, then))
    try:
        draft: Side | None = draft_side(backtest)
    except InvalidDefinition:
        draft = None
    return [_verdict("The draft, as it was tried", draft, event, then), *verdicts]


def _verdict(title: str, side: Side | None, event: RoutedEvent, clock: Clock) -> Verdict:
    if side is None:
        return Verdict(title, False, "It cannot be read any more.", None)
    if side.event != event.name:
        other = f"It listens to {side.event}, and this is {event.name}." if side.event else "No event starts it."
        return Verdict(title, False, other, None)
    scope = entry_scope(event)
    explanation = side.explain(scope, clock)
    if explanation is None:
        return Verdict(title, True, "It has no condition: every such event starts a run.", None)
    return Verdict(title, side.fires(scope, clock), "", masked(explanation.as_json()))
