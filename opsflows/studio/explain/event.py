"""Why each workflow of the account did, or did not, start when an event came."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.studio.explain.answer import Answers, Candidate
from opsflows.studio.explain.held_against import held_event
from opsflows.studio.explain.listening import MOST, listening
from opsflows.studio.explain.moment import Judged, judged
from opsflows.studio.explain.repeats import Repeats, repeats_of
from opsflows.studio.explain.started import started
from opsflows.studio.explain.verdict import RANK, Reason, Verdict

#: What a page shows at once.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class EventExplanation:
    """The workflows that listen to an event's name, or did: `verdicts` from `offset` on, of `total` in all."""

    event_id: uuid.UUID
    judged: Judged
    verdicts: tuple[Verdict, ...]
    total: int
    offset: int
    #: Before conditions are looked at: how many did not start for which reason, or did.
    counts: Mapping[Reason, int]
    #: There are more workflows than are looked at.
    is_cut: bool
    #: None where it came once.
    repeats: Repeats | None = None

    @property
    def next_offset(self) -> int | None:
        """Where the next ones begin; None at the end."""
        following = self.offset + len(self.verdicts)
        return following if following < self.total else None


def explain_event(
    *,
    account_id: uuid.UUID,
    event: Event,
    now: datetime,
    only_silent: bool = False,
    offset: int = 0,
    most: int = SHOWN,
) -> EventExplanation:
    """The answer of every workflow that listens to the event's name, listened then, or does so only now.

    Twelve queries at most, however many workflows listen; conditions are held against the event for the `most` that are
    shown alone. The most telling come first. `only_silent` leaves out those that started.

    Args:
        event: one of the account's.
    """
    when = judged(event, list(event.routing_failures.all()), now=now)
    account = PlatformAccount.objects.get(pk=account_id)
    zone = account.zone
    found = listening(account_id, event.name, when.at)
    runs = started(event.pk)
    candidates = [Candidate.of(each, event.name, when, runs.get(each.workflow_id, ()), zone) for each in found]
    chosen = _in_order(candidates, only_silent=only_silent)
    shown = chosen[offset : offset + most]
    answers = Answers(held_event(account, event, when.at), when, zone, shown)
    return EventExplanation(
        event_id=event.pk,
        judged=when,
        verdicts=tuple(answers.of(each) for each in shown),
        total=len(chosen),
        offset=offset,
        counts=Counter(each.reason for each in chosen),
        is_cut=len(found) >= MOST,
        repeats=repeats_of(event.pk, zone),
    )


def _in_order(candidates: Sequence[Candidate], *, only_silent: bool) -> list[Candidate]:
    kept = [each for each in candidates if not (only_silent and each.reason.started)]
    return sorted(kept, key=lambda each: (RANK[each.reason], each.found.name.casefold()))
