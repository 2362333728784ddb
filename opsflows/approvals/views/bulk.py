"""Decide about several requests at once, and say of each what came of it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalTask
from opsflows.approvals.views.frame import show, signed_in
from opsflows.approvals.voice import Voice, voice_of

#: As many as a list shows, and some.
MOST = 100
_KEPT = "opsflows_inbox_decided"
_VERDICTS = ("approve", "reject")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request. `why` says what was in the way; empty: it is decided."""

    request: str
    title: str
    state: str = ""
    word: str = ""
    why: str = ""
    #: To be sent again where only the comment was wrong.
    ticked: str = ""


@require_POST
@signed_in
def decide_many(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Each is decided for itself: one that cannot be does not hold up the others."""
    verdict, comment = request.POST.get("verdict", ""), request.POST.get("comment", "")
    ticked = _ticked(request.POST.getlist("task")[:MOST])
    if verdict not in _VERDICTS or not ticked:
        messages.warning(request, "Tick at least one request, then choose Approve or Reject.")
        return HttpResponseRedirect(reverse("inbox:index"))
    voice, now = voice_of(actor), timezone.now()
    rows = ApprovalTask.objects.filter(account_id=actor.account_id, user=actor.user_id, pk__in=ticked)
    titles = {row.pk: row for row in rows.select_related("request")}
    outcomes = [
        _decide(voice, titles[task_id], verdict, comment, seen, now)
        for task_id, seen in ticked.items()
        if task_id in titles
    ]
    request.session[_KEPT] = {
        "account": str(actor.account_id),
        "verdict": verdict,
        "comment": comment[:5000],
        "outcomes": [asdict(each) for each in outcomes],
    }
    return HttpResponseRedirect(reverse("inbox:decided"))


@require_safe
@signed_in
def decided(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What the last of these decisions came to."""
    kept: dict[str, Any] = request.session.get(_KEPT, {})
    if kept.get("account") != str(actor.account_id):
        return HttpResponseRedirect(reverse("inbox:index"))
    outcomes = kept["outcomes"]
    context = {
        "verdict": kept["verdict"],
        "comment": kept["comment"],
        "done": [each for each in outcomes if not each["why"]],
        "open": sum(bool(each["why"]) for each in outcomes),
        "undone": [each for each in outcomes if each["why"] and not each["ticked"]],
        "again": [each for each in outcomes if each["ticked"]],
    }
    return show(request, "decided.html", context)


def _decide(voice: Voice, task: ApprovalTask, verdict: str, comment: str, seen: str, now: datetime) -> Outcome:
    named = {"request": str(task.request_id), "title": task.request.title}
    try:
        row = decide(voice=voice, task_id=task.pk, verdict=verdict, comment=comment, seen=seen, now=now)
    except (Settled, Changed, Forbidden) as error:
        return Outcome(**named, why=str(error))
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {}
        again = f"{task.pk}:{seen}" if "comment" in by_field else ""
        return Outcome(**named, why=" ".join(error.messages), ticked=again)
    return Outcome(**named, state=row.state, word=row.get_state_display())


def _ticked(texts: list[str]) -> dict[uuid.UUID, str]:
    """By task, the hash of what was shown of it."""
    found = {}
    for text in texts:
        task_id, _, seen = text.partition(":")
        try:
            found[uuid.UUID(task_id)] = seen[:64]
        except ValueError:
            continue
    return found
