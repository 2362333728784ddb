"""Policies by the name that rules call them; what a version keeps of one when it is published."""

import uuid
from collections.abc import Mapping
from typing import Any

from opsflows.accounts.names import name_key
from opsflows.approvals.models import ApprovalPolicy
from opsflows.workflows.named_conditions import names_in
from opsflows.workflows.references import UnknownReference, resolver

#: The kind under which steps refer to a policy.
POLICY = "approval_policy"


@resolver(POLICY, inner=lambda content: names_in(content["plan"], "policy"))
def resolve_policy(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The policy's plan. Raises `UnknownReference`."""
    rows = ApprovalPolicy.objects.filter(account=account_id)
    policy = rows.filter(name_key=name_key(name)).first()
    if policy is None:
        known = ", ".join(rows.order_by("name_key").values_list("name", flat=True)[:20])
        hint = f"There are: {known}." if known else "Add one under Approvals, Policies."
        raise UnknownReference(f"There is no approval policy {name!r}. {hint}")
    return {"name": policy.name, "plan": policy.plan}
