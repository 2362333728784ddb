"""Bring the workflows that send a template up to its present text."""

from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.messages.find_template import TEMPLATE
from opsflows.workflows.renew_references import Renewed, renew_references


def use_new_text(*, actor: Actor, name: str, now: datetime) -> Renewed:
    """Publish every workflow anew that keeps an older text of the template `name`, as `renew_references` does.

    Raises:
        Forbidden: the actor may not.
    """
    return renew_references(actor=actor, kind=TEMPLATE, name=name, note=f"New text of {name}", now=now)
