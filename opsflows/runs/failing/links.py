"""The address of a run's page, for readers outside."""

import uuid

from django.conf import settings


def run_link(execution_id: uuid.UUID) -> str:
    """The page in full. Spelled out: `reverse` would make every worker load the whole admin."""
    return f"{settings.PUBLIC_URL}/admin/runs/execution/{execution_id}/change/"
