"""Offer a workflow in the account's gallery, or no longer."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.workflows.mark_template import mark_template


def _save(deed: Deed) -> str:
    mark_template(actor=deed.actor, workflow=deed.row, is_template=True, now=deed.now)
    return "It stands in the gallery now, under “Ours”."


def _take_out(deed: Deed) -> str:
    mark_template(actor=deed.actor, workflow=deed.row, is_template=False, now=deed.now)
    return "It is no longer in the gallery. What was made from it stays."


TEMPLATE_ACTS = (
    Act(
        name="save-as-template",
        label="Save as template",
        icon="collections_bookmark",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: (
            "The gallery offers it to everybody in this account, to begin with. What it does itself stays as it is."
        ),
        perform=_save,
        is_possible=lambda workflow: not workflow.is_template,
    ),
    Act(
        name="take-out-of-gallery",
        label="Take out of the gallery",
        icon="bookmark_remove",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: "Nobody can begin with it any more. What was made from it stays.",
        perform=_take_out,
        is_possible=lambda workflow: workflow.is_template,
    ),
)
