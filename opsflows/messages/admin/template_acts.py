"""What can be done with a message template."""

from typing import Any

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.messages.admin.template_form import TemplateForm
from opsflows.messages.models import MessageTemplate
from opsflows.messages.save_template import change_template, create_template, remove_template
from opsflows.messages.use_new_text import use_new_text
from opsflows.messages.used_by import users_of
from opsflows.workflows.reference_users import Use

_NAMED = 5


def uses(template: Any) -> list[Use]:
    """The workflows of the account in use that send it; read once for a page."""
    if not hasattr(template, "read_uses"):
        account_id = template.seen_by
        template.read_uses = users_of(account_id=account_id, name=template.name) if account_id else []
    found: list[Use] = template.read_uses
    return found


def outdated(template: Any) -> list[Use]:
    """Those of them that keep an older text."""
    return [use for use in uses(template) if not use.is_current]


def names_of(found: list[Use]) -> str:
    """The workflows, by name; the first few of many."""
    names = [f"“{use.workflow.workflow_name}”" for use in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(names) + more


def count_of(number: int) -> str:
    """`1 workflow`, `3 workflows`."""
    return f"{number} workflow{'' if number == 1 else 's'}"


def _change(deed: Deed) -> str:
    change_template(actor=deed.actor, template=deed.row, **_texts(deed))
    return "The text is changed. Workflows that are published keep the older one until they are given the new one."


def _make_own(deed: Deed) -> str:
    create_template(actor=deed.actor, name=deed.row.name, **_texts(deed))
    return f"“{deed.row.name}” is yours now: it is sent in place of the text that came with OpsFlows."


def _remove(deed: Deed) -> str:
    remove_template(actor=deed.actor, template=deed.row)
    return f"Your “{deed.row.name}” is gone."


def _renew(deed: Deed) -> str:
    renewed = use_new_text(actor=deed.actor, name=deed.row.name, now=deed.now)
    refused = [f"Not in “{workflow.workflow_name}”: {reason}" for workflow, reason in renewed.refused]
    if refused and not renewed.done:
        raise Refused(*refused)
    left = [f"{count_of(renewed.left)} more are left; do it again."] if renewed.left else []
    done = f"The new text is used in {count_of(len(renewed.done))}." if renewed.done else "All had the new text."
    return " ".join([done, *refused, *left])


def _texts(deed: Deed) -> dict[str, str]:
    return {name: deed.data[name] for name in ("subject", "body", "description")}


def _is_own(template: MessageTemplate) -> bool:
    return template.account_id is not None


ACTS = (
    Act(
        name="renew",
        label="Use the new text",
        icon="published_with_changes",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda template: (
            f"{count_of(len(outdated(template)))} will be published anew with the present text: "
            f"{names_of(outdated(template))}. Drafts stay as they are, and runs that are under way keep the older text."
            if outdated(template)
            else "Every workflow that sends it has the present text."
        ),
        perform=_renew,
        is_possible=lambda template: bool(outdated(template)),
    ),
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda template: "Workflows that are published keep the older text until they are given the new one.",
        perform=_change,
        is_possible=_is_own,
        form=TemplateForm,
    ),
    Act(
        name="make-own",
        label="Make it ours",
        icon="edit_document",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda template: "Your own edition is sent in place of the text that came with OpsFlows.",
        perform=_make_own,
        is_possible=lambda template: not _is_own(template),
        form=TemplateForm,
        ends_row=True,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda template: (
            "If a text of this name came with OpsFlows, that one counts again. Workflows that are published keep yours "
            "until they are published anew."
        ),
        perform=_remove,
        is_possible=_is_own,
        is_dangerous=True,
        ends_row=True,
    ),
)
