"""Somebody fills in a request form: it is kept, and its event starts whatever listens."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.approvals.forms.files import keep_files
from opsflows.approvals.forms.input import RequestInput, event_data, people_of
from opsflows.approvals.forms.kinds import Kind, read_fields
from opsflows.approvals.models import FormSubmission, RequestForm
from opsflows.approvals.voice import called
from opsflows.audit.record import record
from opsflows.events.emit import emit
from opsflows.queue.ids import new_id

#: What events of forms name as their source.
SOURCE = "request form"


class AlreadySent(Exception):  # noqa: N818  (reads as the answer it becomes)
    """The key came before with something else, which was kept; what came now was not. HTTP: 409."""

    def __init__(self, submission: FormSubmission) -> None:
        super().__init__("This form was sent before, with other values. Those were kept; fill in a new one.")
        self.submission = submission


def submit_form(
    *,
    actor: Actor,
    form_id: uuid.UUID,
    values: Mapping[str, Any],
    files: Mapping[str, Any] | None = None,
    key: str,
    now: datetime,
) -> FormSubmission:
    """Keep what was filled in and send the form's event with it, both or neither.

    `values` and `files` (Django's uploaded files) stand under the fields' keys. The same `key` of the same person and
    form again, with the same values, gives the first submission and sends nothing.

    Raises:
        Forbidden: the actor may not.
        RequestForm.DoesNotExist: the account offers no such form.
        ValidationError: by the keys of the fields.
        AlreadySent: the key was used for other values.
    """
    actor.require(Permission.APPROVALS_DECIDE)
    form = offered_form(actor=actor, form_id=form_id)
    fields = read_fields(form.fields)
    people = people_of(form.account_id, fields)
    given = RequestInput(fields, people=people, data=values, files=files or {})
    if not given.is_valid():
        raise ValidationError({name: list(problems) for name, problems in given.errors.items()})
    uploaded = {
        each.key: given.cleaned_data[each.key]
        for each in given.definition
        if each.kind is Kind.FILE and given.cleaned_data.get(each.key)
    }
    kept = keep_files(account_id=form.account_id, form_id=form.pk, files=uploaded, now=now)
    data = event_data(given, kept)
    kept_key = _kept_key(actor, form, key)
    try:
        # What is sent goes back with it where somebody else was faster with the same key.
        with transaction.atomic():
            submission = _submit(actor, form, data, kept_key, now)
    except IntegrityError:
        first = FormSubmission.objects.filter(key=kept_key).first()
        if first is None:
            # Not the key: the form was removed in this moment.
            raise RequestForm.DoesNotExist("This form is gone.") from None
        submission = first
        if submission.data != data:
            raise AlreadySent(submission) from None
    return submission


def offered_form(*, actor: Actor, form_id: uuid.UUID) -> RequestForm:
    """A form that the actor can fill in. Raises `Forbidden`, `RequestForm.DoesNotExist`."""
    actor.require(Permission.APPROVALS_DECIDE)
    return RequestForm.objects.get(pk=form_id, account_id=actor.account_id, is_active=True)


def _submit(actor: Actor, form: RequestForm, data: Mapping[str, Any], kept_key: str, now: datetime) -> FormSubmission:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    submission = FormSubmission(
        id=new_id(),
        account_id=form.account_id,
        form=form,
        form_name=form.name,
        fields=form.fields,
        data=dict(data),
        submitted_by=user,
        key=kept_key,
        created_at=now,
    )
    about = {
        "formSubmissionId": str(submission.pk),
        "form": form.name,
        "requesterName": called(user) if user else "",
        "requesterEmail": user.email if user else "",
        "requesterUsername": user.username if user else "",
    }
    submission.event_id = emit(
        account_id=form.account_id,
        name=form.event_name,
        data={**data, **about},
        now=now,
        source_label=SOURCE,
    )
    submission.save(force_insert=True)
    detail = {"form": str(form.pk), "event": str(submission.event_id)}
    record(actor=actor, action="request_form.submitted", row=submission, detail=detail, now=now)
    return submission


def _kept_key(actor: Actor, form: RequestForm, key: str) -> str:
    """Nobody can meet somebody else's key, by chance or on purpose."""
    return hashlib.sha256(f"{form.account_id} {form.pk} {actor.user_id} {key}".encode()).hexdigest()
