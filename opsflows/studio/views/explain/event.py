"""An event explained: every workflow that listens to its name, or did, with its answer."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from opsflows.accounts.roles import Permission
from opsflows.admin_site.markup import list_of, page_of
from opsflows.events.emit import MAX_DEPTH
from opsflows.events.models import Event, EventKey
from opsflows.studio.explain.event import SHOWN, explain_event
from opsflows.studio.explain.moment import How
from opsflows.studio.views.explain.looks import LOOKS, shown
from opsflows.studio.views.frame import Studio, page

#: Beyond this nobody turns pages.
_FURTHEST = 5000


@page
def event_page(studio: Studio, event_id: uuid.UUID) -> HttpResponse:
    studio.actor.require(Permission.EVENTS_READ)
    rows = Event.objects.select_related("source")
    event = rows.filter(pk=event_id, account_id=studio.actor.account_id).first()
    if event is None:
        messages.warning(studio.request, "There is no such event in this account. Perhaps it was deleted by its age.")
        return HttpResponseRedirect(list_of(Event))
    offset = _number(studio.request.GET.get("from", ""))
    found = explain_event(account_id=event.account_id, event=event, now=timezone.now(), offset=offset, most=SHOWN)
    key = EventKey.objects.filter(event_id=event.pk).first()
    context = {
        "event": event,
        "event_url": page_of(event),
        "is_deepest": event.depth >= MAX_DEPTH,
        "found": found,
        "verdicts": [shown(verdict, event.pk) for verdict in found.verdicts],
        "first": offset + 1,
        "last": offset + len(found.verdicts),
        "counts": [(LOOKS[reason], found.counts[reason]) for reason in LOOKS if found.counts.get(reason)],
        "is_waiting": found.judged.how is How.WAITING,
        "is_set_aside": found.judged.how is How.SET_ASIDE,
        "was_late": found.judged.how is How.LATER,
        "key": key,
    }
    return studio.show(f"Who reacted to {event.name}, and who did not", "explain/event.html", context)


def _number(text: str) -> int:
    return min(int(text), _FURTHEST) if text.isdecimal() and text.isascii() and len(text) < 6 else 0
