"""`/api/approvals` and `/api/delegations`."""

from opsflows.approvals.api.decisions import CommentsView, DecideView, ReassignView, RecallView
from opsflows.approvals.api.delegations import DelegationsView, DelegationView
from opsflows.approvals.api.requests import ApprovalsView, ApprovalView

__all__ = [
    "ApprovalView",
    "ApprovalsView",
    "CommentsView",
    "DecideView",
    "DelegationView",
    "DelegationsView",
    "ReassignView",
    "RecallView",
]
