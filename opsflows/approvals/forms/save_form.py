"""Write request forms. What was submitted keeps the fields as they were then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.names import name_key
from opsflows.accounts.roles import Permission
from opsflows.approvals.forms.checks import MAX_HELP, field_problems
from opsflows.approvals.models import RequestForm
from opsflows.audit.record import record
from opsflows.events.catalog import enter_names
from opsflows.events.names import name_problem
from opsflows.jsontext import content_hash

MAX_NAME = 100
#: What approvals themselves say; a form must not be able to say it for them.
_OURS = "approval."


def create_form(
    *,
    actor: Actor,
    name: str,
    event_name: str,
    fields: Sequence[Mapping[str, Any]],
    description: str = "",
    is_active: bool = True,
    now: datetime,
) -> RequestForm:
    """A new form of the actor's account; `fields` as form_kinds.py describes them.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name, description, event_name, fields.
    """
    actor.require(Permission.APPROVALS_WRITE)
    form = RequestForm(account_id=actor.account_id, is_active=is_active)
    _fill(form, name, event_name, fields, description)
    with transaction.atomic():
        _save(form, force_insert=True)
        record(actor=actor, action="request_form.created", row=form, detail=_told(form), now=now)
    return form


def change_form(
    *,
    actor: Actor,
    form: RequestForm,
    name: str,
    event_name: str,
    fields: Sequence[Mapping[str, Any]],
    description: str,
    seen: str,
    now: datetime,
) -> RequestForm:
    """Another definition. `seen` is the `definition_hash` of what the actor has looked at.

    Raises:
        Forbidden: the actor may not.
        RequestForm.DoesNotExist: it was removed meanwhile.
        ValidationError: by field; also where somebody else saved in between.
    """
    with transaction.atomic():
        held = _held(actor, form)
        if definition_hash(held) != seen:
            raise ValidationError(
                "Somebody else changed this form in between. Look at it, then make your changes again."
            )
        _fill(held, name, event_name, fields, description)
        _save(held)
        record(actor=actor, action="request_form.changed", row=held, detail=_told(held), now=now)
    return held


def switch_form(*, actor: Actor, form: RequestForm, is_active: bool, now: datetime) -> RequestForm:
    """Offer the form, or no longer.

    Raises:
        Forbidden: the actor may not.
        RequestForm.DoesNotExist: it was removed meanwhile.
    """
    with transaction.atomic():
        held = _held(actor, form)
        if held.is_active != is_active:
            held.is_active = is_active
            held.save()
            action = "request_form.switched_on" if is_active else "request_form.switched_off"
            record(actor=actor, action=action, row=held, now=now)
    return held


def remove_form(*, actor: Actor, form: RequestForm, now: datetime) -> None:
    """Do without it; what was submitted stays.

    Raises:
        Forbidden: the actor may not.
        RequestForm.DoesNotExist: it was removed meanwhile.
    """
    with transaction.atomic():
        held = _held(actor, form)
        record(actor=actor, action="request_form.removed", row=held, detail=_told(held), now=now)
        held.delete()


def definition_hash(form: RequestForm) -> str:
    """Changes with everything that `change_form` changes."""
    return content_hash([form.name, form.event_name, form.description, form.fields])


def _held(actor: Actor, form: RequestForm) -> RequestForm:
    actor.require(Permission.APPROVALS_WRITE, account_id=form.account_id)
    return RequestForm.objects.select_for_update().get(pk=form.pk, account_id=actor.account_id)


def _fill(form: RequestForm, name: str, event_name: str, fields: Sequence[Mapping[str, Any]], description: str) -> None:
    problems: dict[str, list[str]] = {}
    form.name, form.event_name, form.description = name.strip(), event_name.strip(), description.strip()
    if not form.name or len(form.name) > MAX_NAME or not form.name.isprintable():
        problems["name"] = [f"Give it a name of 1 to {MAX_NAME} characters on one line, such as Expense."]
    elif _others(form).filter(name_key=name_key(form.name)).exists():
        problems["name"] = [_taken(form.name)]
    if len(form.description) > MAX_HELP:
        problems["description"] = [f"At most {MAX_HELP} characters are kept; these are {len(form.description)}."]
    if problem := _event_problem(form.event_name):
        problems["event_name"] = [problem]
    if wrong := field_problems(list(fields)):
        problems["fields"] = [str(each) for each in wrong]
    if problems:
        raise ValidationError(problems)
    # As few words as say it: what is left out and what is empty are the same definition.
    form.fields = [{name: value for name, value in each.items() if value not in ("", [], False)} for each in fields]


def _event_problem(name: str) -> str | None:
    if not name:
        return "Name the event that a submission sends, such as expense.submitted."
    if name.startswith(_OURS):
        return f"Events that begin with {_OURS} are sent by approvals themselves; take another name."
    return name_problem(name)


def _save(form: RequestForm, **how: Any) -> None:
    try:
        with transaction.atomic():
            form.save(**how)
            # Whoever writes a rule finds it before the first submission.
            enter_names(account_id=form.account_id, names=[form.event_name])
    except IntegrityError:
        raise ValidationError({"name": [_taken(form.name)]}) from None


def _others(form: RequestForm) -> Any:
    return RequestForm.objects.filter(account_id=form.account_id).exclude(pk=form.pk)


def _taken(name: str) -> str:
    return f"There is a form {name!r} already, perhaps with other capitals; change that one, or take another name."


def _told(form: RequestForm) -> dict[str, Any]:
    return {"name": form.name, "event": form.event_name, "fields": [str(each["key"]) for each in form.fields]}
