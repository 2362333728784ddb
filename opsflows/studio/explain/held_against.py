"""One event, ready to be held against conditions as routing did: the same scope, and the account's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.events.consumers import RoutedEvent
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.rules import Clock
from opsflows.runs.start import entry_scope
from opsflows.studio.explain.change import Change
from opsflows.studio.explain.entry import Entry
from opsflows.studio.explain.shown import explained
from opsflows.studio.explain.smallest import smallest_for


@dataclass(frozen=True, slots=True)
class Held:
    """What a condition says of an event. `holds` is None where it cannot be told (`problem`, or no payload)."""

    holds: bool | None
    explanation: Mapping[str, Any] | None = None
    changes: tuple[Change, ...] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """What conditions read of an event; `scope` is None where the payload is no longer kept or cannot be read."""

    scope: Mapping[str, Any] | None
    clock: Clock

    def against(self, entry: Entry) -> Held:
        """What `entry` says of it; where it does not hold, with the smallest change that can be proven."""
        if entry.problem:
            return Held(None, problem=entry.problem)
        if entry.condition is None or entry.tree is None:
            return Held(True)
        if self.scope is None:
            return Held(None)
        holds = entry.condition.matches(self.scope, self.clock)
        changes = None if holds else smallest_for(entry.condition, entry.tree, self.scope, self.clock)
        explanation = explained(entry.condition, self.scope, self.clock)
        return Held(holds, explanation, None if changes is None else tuple(changes))


def held_event(account: PlatformAccount, event: Event, at: datetime) -> HeldEvent:
    """`event` as it was at `at`, when routing asked. Time zone and business hours are those of today: three queries."""
    return HeldEvent(_scope(load_events([event.pk])[0]), account_clock(account, now=at))


def _scope(event: RoutedEvent) -> Mapping[str, Any] | None:
    if event.payload is None:
        return None
    try:
        return entry_scope(event)
    except ValueError:
        # Somebody damaged the payload by hand; routing set the event aside for it.
        return None
