"""Write message templates: an account's own, and its own edition of what came with the house."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.messages.models import MessageTemplate
from opsflows.messages.render_template import template_problems
from opsflows.messages.used_by import users_of


def create_template(*, actor: Actor, name: str, subject: str, body: str, description: str = "") -> MessageTemplate:
    """A new template of the actor's account. One of the house's of the same name steps back behind it.

    What is live keeps the text that it was published with.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name (taken, or not allowed), subject, body.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    template = MessageTemplate(account_id=actor.account_id, name=name.strip().lower())
    _set(template, subject=subject, body=body, description=description)
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"name": f"You have a template {template.name!r} already; change that one."}) from None
    return template


def change_template(
    *, actor: Actor, template: MessageTemplate, subject: str, body: str, description: str
) -> MessageTemplate:
    """Other texts under the same name. What is live keeps the text that it was published with.

    Raises:
        Forbidden: the actor may not, or the template came with the house.
        ValidationError: by field: subject, body.
    """
    _require(actor, template)
    with transaction.atomic():
        locked = MessageTemplate.objects.select_for_update().get(pk=template.pk)
        _set(locked, subject=subject, body=body, description=description)
        locked.save()
    return locked


def remove_template(*, actor: Actor, template: MessageTemplate) -> None:
    """Do without it; one of the house's of the same name counts again.

    Raises:
        Forbidden: the actor may not, or the template came with the house.
        ValidationError: published workflows name it, and nothing else has the name.
    """
    _require(actor, template)
    is_shipped = MessageTemplate.objects.filter(account=None, name=template.name).exists()
    used_by = [] if is_shipped else users_of(account_id=actor.account_id, name=template.name)
    if used_by:
        names = ", ".join(each.workflow.workflow_name for each in used_by[:5])
        raise ValidationError(f"Published workflows send it: {names}. Publish them without it first.")
    template.delete()


def _require(actor: Actor, template: MessageTemplate) -> None:
    if template.account_id is None:
        raise Forbidden("This text came with OpsFlows; make it yours to change it.")
    actor.require(Permission.WORKFLOWS_WRITE, account_id=template.account_id)


def _set(template: MessageTemplate, **texts: str) -> None:
    texts["subject"], texts["body"] = texts["subject"].strip(), texts["body"].replace("\r\n", "\n").strip("\n")
    for field, text in texts.items():
        setattr(template, field, text)
    problems: dict[str, list[Any]] = {}
    try:
        template.clean_fields(exclude=["account"])
    except ValidationError as error:
        problems = dict(error.message_dict)
    for problem in template_problems(texts):
        problems.setdefault(problem.path.partition(".")[0], []).append(problem.message)
    if problems:
        raise ValidationError(problems)
