"""Who is asked before a rule goes live."""

import uuid
from collections.abc import Set

from django.db.models import QuerySet

from opsflows.accounts.models import Membership
from opsflows.accounts.roles import PERMISSIONS, Permission
from opsflows.workflows.models import Workflow


def others_who_approve(workflow: Workflow, *, asks: uuid.UUID | None, authors: Set[uuid.UUID]) -> QuerySet[Membership]:
    """The members who may approve what is published of `workflow`: neither whoever `asks`, nor who wrote part of it."""
    may_approve = [role for role, permissions in PERMISSIONS.items() if Permission.WORKFLOWS_APPROVE in permissions]
    rows = Membership.objects.filter(account=workflow.account_id, role__in=may_approve, user__is_active=True)
    return rows.exclude(user=asks).exclude(user__in=authors)
