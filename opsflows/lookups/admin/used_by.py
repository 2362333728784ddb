"""Which workflows name a table, a segment or a list; and the act that gives live ones its present content."""

from typing import Any

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.markup import badge
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.reference_users import Use, drafts_naming, users_of
from opsflows.workflows.renew_references import renew_references

_NAMED = 5


def used_by_context(row: Any, kind: str, content: str) -> dict[str, Any]:
    """What templates/admin/opsflows/used_by.html shows; `content` is what a version keeps: rows, conditions, values."""
    older = outdated(row, kind)
    keep = "keeps" if len(older) == 1 else "keep"
    published = [{"use": use, "badge": badge(look_of(use.workflow))} for use in uses(row, kind)]
    live = {use.workflow.pk for use in uses(row, kind)}
    return {
        "content": content,
        "uses": published,
        "drafts": [draft for draft in _drafts(row, kind) if draft.pk not in live],
        "older": f"{count_of(len(older))} still {keep} older {content}: {names_of(older)}." if older else "",
    }


def uses(row: Any, kind: str) -> list[Use]:
    """The published workflows of the account in use that name it; read once for a page."""
    if not hasattr(row, "read_uses"):
        account_id = _account_id(row)
        row.read_uses = users_of(account_id=account_id, kind=kind, name=row.name) if account_id else []
    found: list[Use] = row.read_uses
    return found


def outdated(row: Any, kind: str) -> list[Use]:
    """Those of them that keep older content."""
    return [use for use in uses(row, kind) if not use.is_current]


def renew_act(kind: str, content: str) -> Act:
    """The act that publishes them anew with the present `content`."""

    def question(row: Any) -> str:
        older = outdated(row, kind)
        if not older:
            return f"Every workflow that names it has the present {content}."
        return (
            f"{count_of(len(older))} will be published anew with the present {content}: {names_of(older)}. Drafts stay "
            f"as they are, and runs that are under way keep the older {content}."
        )

    def perform(deed: Deed) -> str:
        name = deed.row.name
        note = f"New {content} of {name}"
        renewed = renew_references(actor=deed.actor, kind=kind, name=name, note=note, now=deed.now)
        refused = [f"Not in “{workflow.workflow_name}”: {reason}" for workflow, reason in renewed.refused]
        if refused and not renewed.done:
            raise Refused(*refused)
        left = [f"{count_of(renewed.left)} more are left; do it again."] if renewed.left else []
        all_had = f"All had the new {content}."
        done = f"The new {content} are used in {count_of(len(renewed.done))}." if renewed.done else all_had
        return " ".join([done, *refused, *left])

    return Act(
        name="renew",
        label=f"Use the new {content}",
        icon="published_with_changes",
        permission=Permission.WORKFLOWS_WRITE,
        question=question,
        perform=perform,
        is_possible=lambda row: bool(outdated(row, kind)),
    )


def on_removal(row: Any, kind: str) -> str:
    """What a person should know before it is removed."""
    found = uses(row, kind)
    if not found:
        return "No published workflow names it."
    names = "names" if len(found) == 1 else "name"
    return (
        f"{count_of(len(found))} {names} it: {names_of(found)}. They run on with what they were published with, "
        "and cannot be published anew as long as they name it."
    )


def names_of(found: list[Use]) -> str:
    """The workflows, by name; the first few of many."""
    names = [f"“{use.workflow.workflow_name}”" for use in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(names) + more


def count_of(number: int) -> str:
    """`1 workflow`, `3 workflows`."""
    return f"{number} workflow{'' if number == 1 else 's'}"


def _drafts(row: Any, kind: str) -> list[Workflow]:
    account_id = _account_id(row)
    return drafts_naming(account_id=account_id, kind=kind, name=row.name) if account_id else []


def _account_id(row: Any) -> Any:
    """The account in use where everyone shares the row, else the row's."""
    return getattr(row, "seen_by", None) or row.account_id
