"""The audit trail in the admin."""

from opsflows.audit.admin.entry import AuditAdmin

__all__ = ["AuditAdmin"]
