"""Decide from the request's page."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from opsflows.accounts.actor import Actor
from opsflows.admin_site.acts import show_problems
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.views.forms import DecideForm
from opsflows.approvals.views.frame import signed_in
from opsflows.approvals.views.request import page
from opsflows.approvals.voice import voice_of

_SAID = {"approve": "You approved", "reject": "You rejected", "changes": "You asked for changes to"}


@require_POST
@signed_in
def decide_one(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """Approve, reject or ask for changes; what stands, where it comes too late."""
    form, verdict = DecideForm(request.POST), request.POST.get("verdict", "")
    if not form.is_valid():
        return page(request, actor, request_id, bound=form, note="Look at the request, then decide.", status=400)
    said = form.cleaned_data
    try:
        row = decide(
            voice=voice_of(actor),
            task_id=said["task"],
            verdict=verdict,
            comment=said["comment"],
            seen=said["seen"],
            now=timezone.now(),
        )
    except (Settled, Changed) as error:
        return page(request, actor, request_id, bound=form, note=str(error), status=409)
    except ValidationError as error:
        show_problems(form, error)
        return page(request, actor, request_id, bound=form, status=400)
    messages.success(request, f"{_SAID[verdict]} “{row.title}”.")
    return HttpResponseRedirect(reverse("inbox:request", args=[request_id]))
