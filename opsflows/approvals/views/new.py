"""Ask for something: the forms on offer, filling one in, and what happens with it then."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.markup import list_of, page_for
from opsflows.approvals.forms.fields import details_of
from opsflows.approvals.forms.input import RequestInput, people_of
from opsflows.approvals.forms.kinds import Kind, read_fields
from opsflows.approvals.forms.sent_form import sent_by, sent_form
from opsflows.approvals.forms.submit_form import AlreadySent, offered_form, submit_form
from opsflows.approvals.models import RequestForm
from opsflows.approvals.views.frame import Page, show, signed_in
from opsflows.files.configure import largest_bytes

#: What one sent lately, on the page of the forms.
_LATELY = 5
#: Not a field's key: those have no hyphen.
_KEY = "sending-key"
#: Beside its files, a form has its texts.
_TEXTS = 4 * 1024 * 1024


@require_safe
@signed_in
def forms(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What one can ask for."""
    actor.require(Permission.APPROVALS_DECIDE)
    offered = RequestForm.objects.filter(account_id=actor.account_id, is_active=True)
    context = {
        "forms": list(offered.only("name", "description")),
        "lately": list(sent_by(actor)[:_LATELY]),
        "settings_url": list_of(RequestForm) if actor.may(Permission.APPROVALS_WRITE) else "",
    }
    return show(request, "new.html", context)


def _not_too_large(view: Page) -> Page:
    """Say no before the body is read; looking for the form's token already reads all of it."""
    guarded = csrf_protect(view)

    @csrf_exempt
    def looked_at(request: HttpRequest, form_id: uuid.UUID) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = largest_bytes() * 2
        if not (length.isascii() and length.isdigit()) or int(length[:15]) > most + _TEXTS:
            messages.error(
                request, f"The files are larger than {most // 1024 // 1024} MB together. Choose smaller ones."
            )
            return HttpResponseRedirect(request.path)
        return guarded(request, form_id)

    return looked_at


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def _fill_in(request: HttpRequest, actor: Actor, form_id: uuid.UUID) -> HttpResponse:
    """GET shows the form, POST sends it."""
    form = offered_form(actor=actor, form_id=form_id)
    is_sent = request.method == "POST"
    fields = read_fields(form.fields)
    given = RequestInput(
        fields,
        people=people_of(form.account_id, fields),
        data=request.POST if is_sent else None,
        files=request.FILES if is_sent else None,
    )
    key = request.POST.get(_KEY) or str(uuid.uuid4())
    if is_sent:
        try:
            submission = submit_form(
                actor=actor,
                form_id=form_id,
                values=request.POST,
                files=request.FILES,
                key=key,
                now=timezone.now(),
            )
        except AlreadySent as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(reverse("inbox:sent", args=[error.submission.pk]))
        except ValidationError as error:
            # The form finds the same by itself; what storage says comes on top.
            if given.is_valid():
                show_problems(given, error)
        else:
            return HttpResponseRedirect(reverse("inbox:sent", args=[submission.pk]))
    rows = list(given.rows())
    has_files = any(each.kind is Kind.FILE for each in given.definition)
    context = {
        "form": form,
        "given": given,
        "rows": rows,
        "wrong": [row for row in rows if row.problems],
        "key": key,
        "key_name": _KEY,
        "has_files": has_files,
        # A browser never sends back what was chosen there.
        "lost": [str(getattr(file, "name", "")) for file in request.FILES.values()] if is_sent else [],
    }
    return show(request, "new_form.html", context, status=400 if is_sent else 200)


fill_in = _not_too_large(_fill_in)


@require_safe
@signed_in
def sent(request: HttpRequest, actor: Actor, submission_id: uuid.UUID) -> HttpResponse:
    """What happens with what was sent."""
    found = sent_form(actor=actor, submission_id=submission_id)
    submission = found.submission
    may_write = actor.may(Permission.APPROVALS_WRITE)
    context = {
        "sent": found,
        "submission": submission,
        "details": [each for each in details_of(submission.fields, submission.data) if each["value"]],
        "is_own": submission.submitted_by_id == actor.user_id,
        "form_url": page_for(RequestForm, submission.form_id) if may_write and submission.form_id else "",
        "is_offered": submission.form is not None and submission.form.is_active,
    }
    return show(request, "new_sent.html", context)
