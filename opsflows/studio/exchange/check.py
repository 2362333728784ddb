"""Whether a document's workflow could go live."""

from opsflows.accounts.actor import Actor
from opsflows.studio.exchange.faults import Fault
from opsflows.studio.exchange.read import Imported
from opsflows.studio.exchange.secrets import without_masks
from opsflows.workflows.validate import publish_problems


def checked(imported: Imported, *, actor: Actor | None = None) -> list[Fault]:
    """All that stands in the way; with an `actor`, also names that mean nothing in the actor's account.

    What was left out as a secret is taken to be right.
    """
    account_id = actor.account_id if actor else None
    data, settings = without_masks([imported.workflow_data, imported.settings])
    return imported.faults(publish_problems(data, settings, account_id=account_id))
