"""Who may see backtests: they show what events carried."""

from django.db.models import QuerySet

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.studio.models import Backtest
from opsflows.workflows.models import Workflow


def backtests_of(*, actor: Actor, workflow: Workflow) -> QuerySet[Backtest]:
    """The backtests of the workflow, the newest first.

    Raises:
        Forbidden: the actor may not look at the workflow, or not at events.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    actor.require(Permission.EVENTS_READ, account_id=workflow.account_id)
    return Backtest.objects.filter(workflow=workflow).order_by("-id")
