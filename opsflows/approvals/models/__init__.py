"""The tables of this room: what staff set up, what is asked and decided, and how people are told."""

from opsflows.approvals.models.channels import ApprovalChannels
from opsflows.approvals.models.decision import ApprovalDecision
from opsflows.approvals.models.delegation import Delegation
from opsflows.approvals.models.fact import ApprovalFact
from opsflows.approvals.models.form import FormSubmission, RequestForm
from opsflows.approvals.models.level import ApprovalLevel
from opsflows.approvals.models.message import ApprovalMessage
from opsflows.approvals.models.policy import ApprovalPolicy
from opsflows.approvals.models.request import ApprovalRequest
from opsflows.approvals.models.round import ApprovalAttachment, ApprovalComment, ApprovalRound
from opsflows.approvals.models.task import ApprovalTask, ApprovalToken

__all__ = [
    "ApprovalAttachment",
    "ApprovalChannels",
    "ApprovalComment",
    "ApprovalDecision",
    "ApprovalFact",
    "ApprovalLevel",
    "ApprovalMessage",
    "ApprovalPolicy",
    "ApprovalRequest",
    "ApprovalRound",
    "ApprovalTask",
    "ApprovalToken",
    "Delegation",
    "FormSubmission",
    "RequestForm",
]
