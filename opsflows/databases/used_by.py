"""Which published workflows ask a database, or run a statement."""

import uuid

from django.core.exceptions import ValidationError

from opsflows.workflows.models import Workflow

MOST = 200


def users_of(*, account_id: uuid.UUID, kind: str, name: str) -> list[Workflow]:
    """The account's published workflows that refer to it, by name; no more than `MOST`."""
    # Reads the account's published workflows, which people write by hand: it does not grow with what they do.
    rows = Workflow.objects.filter(account=account_id, **{f"published_version__references__{kind}__has_key": name})
    return list(rows.only("id", "workflow_name", "account").order_by("workflow_name", "id")[:MOST])


def refuse_if_used(*, account_id: uuid.UUID, kind: str, name: str) -> None:
    """Raise `ValidationError` where published workflows refer to it."""
    if used_by := users_of(account_id=account_id, kind=kind, name=name):
        names = ", ".join(workflow.workflow_name for workflow in used_by[:5])
        raise ValidationError(f"Published workflows use it: {names}. Publish them without it first, or switch it off.")
