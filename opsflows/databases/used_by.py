"""Which published workflows ask a database, or run a statement."""

import uuid

from django.core.exceptions import ValidationError

from opsflows.workflows.models import Workflow
from opsflows.workflows.references import Reference

MOST = 200


def users_of(reference: Reference, *, account_id: uuid.UUID) -> list[Workflow]:
    """The account's published workflows that refer to it, by name; no more than `MOST`."""
    # Reads the account's published workflows, which people write by hand: it does not grow with what they do.
    names = {f"published_version__references__{reference.kind}__has_key": reference.name}
    rows = Workflow.objects.filter(account=account_id, **names)
    return list(rows.only("id", "workflow_name", "account").order_by("workflow_name", "id")[:MOST])


def refuse_if_used(reference: Reference, *, account_id: uuid.UUID) -> None:
    """Raise `ValidationError` where published workflows refer to it."""
    if used_by := users_of(reference, account_id=account_id):
        names = ", ".join(workflow.workflow_name for workflow in used_by[:5])
        raise ValidationError(f"Published workflows use it: {names}. Publish them without it first, or switch it off.")
