"""Change a request and ask again."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from opsflows.accounts.actor import Actor
from opsflows.admin_site.acts import show_problems
from opsflows.approvals.amend import amend
from opsflows.approvals.errors import Settled
from opsflows.approvals.levels.stages import present_round
from opsflows.approvals.models import ApprovalRequest
from opsflows.approvals.reading.seen import visible_requests
from opsflows.approvals.views.forms import AmendForm
from opsflows.approvals.views.frame import show, signed_in
from opsflows.approvals.views.request import page
from opsflows.approvals.voice import voice_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def amend_request(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """GET shows everything that can be changed, POST asks again."""
    row = visible_requests(actor).get(pk=request_id)
    if not row.is_open or row.subject == ApprovalRequest.Subject.PUBLICATION:
        note = "It cannot be changed any more." if not row.is_open else "A publication is changed in its draft."
        return page(request, actor, request_id, note=note, status=409)
    form = AmendForm(request.POST if request.method == "POST" else None, round_=present_round(row))
    if request.method == "POST" and form.is_valid():
        try:
            amend(voice=voice_of(actor), request_id=request_id, now=timezone.now(), **_changed(form))
        except Settled as error:
            return page(request, actor, request_id, note=str(error), status=409)
        except ValidationError as error:
            show_problems(form, error)
        else:
            messages.success(request, "It is changed; those who decide are asked anew.")
            return HttpResponseRedirect(reverse("inbox:request", args=[request_id]))
    return show(request, "amend.html", {"row": row, "form": form}, status=400 if form.errors else 200)


def _changed(form: AmendForm) -> dict[str, Any]:
    """Only what was changed, so that nothing else of the request is written anew."""
    said = form.cleaned_data
    values: dict[str, Any] = {name: said[name] for name in ("title", "summary", "amount") if name in form.changed_data}
    if details := form.changed_details():
        values["details"] = details
    return {**values, "note": said["note"]}
