"""Approvals in the admin: requests, policies and forms, who stands in for whom, and how people are told."""

from opsflows.approvals.admin.channels import ApprovalChannelsAdmin
from opsflows.approvals.admin.delegation import DelegationAdmin
from opsflows.approvals.admin.form import RequestFormAdmin
from opsflows.approvals.admin.policy import ApprovalPolicyAdmin
from opsflows.approvals.admin.request import ApprovalRequestAdmin

__all__ = [
    "ApprovalChannelsAdmin",
    "ApprovalPolicyAdmin",
    "ApprovalRequestAdmin",
    "DelegationAdmin",
    "RequestFormAdmin",
]
