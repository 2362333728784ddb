"""An edit voids what waits to be approved: nobody approves what they have not read."""

from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.workflows.asked_for import fits_published
from opsflows.workflows.four_eyes import close_open, open_request
from opsflows.workflows.models import Workflow

_CHANGED = "The workflow has changed since this was asked for. Read it once more and ask for it to be published again."


def void_publication(*, actor: Actor, workflow: Workflow, now: datetime) -> None:
    """Withdraw what was asked for of the draft, which has just changed; `workflow` is locked by the caller.

    What is asked for of the published version alone goes on: the draft plays no part in it.
    """
    request = open_request(workflow)
    if request is not None and not fits_published(request, workflow):
        close_open(actor=actor, workflow=workflow, reason=_CHANGED, now=now)
