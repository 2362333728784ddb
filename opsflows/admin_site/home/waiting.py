"""Work that is not done yet, in words: what waits as it should, and what should have been taken by now."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site import words
from opsflows.admin_site.markup import link, list_of, when
from opsflows.admin_site.sidebar import MOST, few, may, rows_of
from opsflows.events.models import Event
from opsflows.queue.written_out import written_out
from opsflows.runs.admin.looks import with_status
from opsflows.runs.models import Execution, QueueItem

#: Of what all accounts have in hand, the first so many are looked at for those of this account.
LOOKED_AT = 500
#: A worker that is alive takes what is due within this time.
_LATE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sentence; `is_late` where it should not be so."""

    sentence: SafeString
    is_late: bool = False


def waiting(request: HttpRequest, *, now: datetime) -> Sequence[Waiting]:
    """Late work first; empty where nothing waits."""
    if not may(request, "runs.Execution"):
        return ()
    membership = current_membership(request)
    account_id = membership.account_id if membership else None
    return [
        *_events(account_id, now),
        *_due(account_id, now),
        *_waiting(request, account_id, now),
        *_blocked(account_id),
        *_running(request),
    ]


def _events(account_id: uuid.UUID | None, now: datetime) -> Iterator[Waiting]:
    unrouted = Event.objects.filter(routed_at=None).order_by("pk").values_list("account_id", "received_at")
    ours = _ours(unrouted, account_id)
    if ours and now - ours[0] >= _LATE:
        said = _many(len(ours), "event waits", "events wait")
        yield Waiting(format_html("{} to be handed over, the first since {}.", said, words.span(now - ours[0])), True)


def _due(account_id: uuid.UUID | None, now: datetime) -> Iterator[Waiting]:
    queued = _with_status("queued").order_by("priority", "scheduled_at").values_list("account_id", "scheduled_at")
    ours = [moment for moment in _ours(queued, account_id) if now - moment >= _LATE]
    if ours:
        said = _many(len(ours), "run is due, and no worker has", "runs are due, and no worker has")
        late = words.span(now - min(ours))
        yield Waiting(format_html("{} taken {}: late by {}.", said, "it" if len(ours) == 1 else "them", late), True)


def _waiting(request: HttpRequest, account_id: uuid.UUID | None, now: datetime) -> Iterator[Waiting]:
    rows = with_status(rows_of(request, "runs.Execution"), Execution.Status.WAITING)
    began = list(rows.order_by("pk").values_list("started_at", flat=True)[: MOST + 1])
    if not began:
        return
    text = _many(len(began), "run waits", "runs wait") if len(began) <= MOST else f"{MOST}+ runs wait"
    shown = link(list_of(apps.get_model("runs.Execution"), "?status=waiting"), text)
    items = _with_status("waiting").order_by("scheduled_at").values_list("account_id", "scheduled_at")
    ahead = min((moment for moment in _ours(items, account_id) if moment > now), default=None)
    going = format_html(", the next goes on {}", when(ahead)) if ahead else ""
    yield Waiting(format_html("{}{}. The oldest began {}.", shown, going, when(began[0])))


def _blocked(account_id: uuid.UUID | None) -> Iterator[Waiting]:
    """Of those that wait, the ones behind others: they go on as these come to an end."""
    blocked = _with_status("blocked").order_by("gate", "turn").values_list("account_id", "created_at")
    if ours := _ours(blocked, account_id):
        text = _many(len(ours), "run waits for its turn", "runs wait for their turn")
        shown = link(list_of(apps.get_model("runs.Execution"), "?status=to_begin"), text)
        yield Waiting(format_html("{}, behind others of the same workflow.", shown))


def _running(request: HttpRequest) -> Iterator[Waiting]:
    number = few(with_status(rows_of(request, "runs.Execution"), Execution.Status.RUNNING))
    if number:
        text = f"{number} run{' is' if number == '1' else 's are'} under way"
        yield Waiting(format_html("{}.", link(list_of(apps.get_model("runs.Execution"), "?status=running"), text)))


def _with_status(status: str) -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(written_out(f"workflow_queue.status = '{status}'"))


def _ours(rows: QuerySet, account_id: uuid.UUID | None) -> list[datetime]:
    """The moments of one account among the first of all; its own index would cost every run something."""
    return [moment for owner, moment in rows[:LOOKED_AT] if account_id is None or owner == account_id]


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,}{'+' if count >= LOOKED_AT else ''} {one if count == 1 else several}"
