"""Draft the workflow that a request form needs: it listens to the form's event and asks for approval."""

from typing import Any

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.accounts.names import name_key
from opsflows.accounts.roles import Permission
from opsflows.approvals.forms.kinds import FormField, Kind, read_fields
from opsflows.approvals.models import ApprovalPolicy, RequestForm
from opsflows.approvals.plan import MANAGER
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow


def draft_workflow(*, actor: Actor, form: RequestForm, policy: str = "") -> Workflow:
    """A draft that asks by the account's `policy`, or, without one, the manager of whoever asks. Nothing is live yet.

    Raises:
        Forbidden: the actor may not.
        ValidationError: for `policy`: there is none of this name.
    """
    actor.require(Permission.APPROVALS_WRITE, account_id=form.account_id)
    known = ApprovalPolicy.objects.filter(account_id=actor.account_id, name_key=name_key(policy))
    if policy and not known.exists():
        raise ValidationError({"policy": f"There is no policy {policy[:80]!r}; choose one of those that are offered."})
    action: dict[str, Any] = {"type": "approval", "label": "Ask for approval", **_asked(read_fields(form.fields), form)}
    action |= {"policy": policy} if policy else {"levels": [{"name": "Manager", "approvers": [MANAGER]}]}
    rule = {"trigger": form.event_name, "actions": [action]}
    about = f"Asks for approval of what people send with the form {form.name}."
    return create_workflow(actor=actor, name=f"{form.name}: approval", workflow_data=to_graph(rule), description=about)


def _asked(fields: tuple[FormField, ...], form: RequestForm) -> dict[str, Any]:
    """Title and amount from the first fields that can give them."""
    named = next((each.key for each in fields if each.kind is Kind.SHORT_TEXT), "requesterName")
    money = next((each for each in fields if each.kind is Kind.MONEY), None)
    # In a text, two braces begin a variable; a name holds what its writer wanted.
    title = f"{form.name.replace('{', '(').replace('}', ')')}: {{{{{named}}}}}"
    if money is None:
        return {"title": title}
    return {"title": title, "amount": f"{{{{{money.key}}}}}", "currency": f"{{{{{money.currency_key}}}}}"}
