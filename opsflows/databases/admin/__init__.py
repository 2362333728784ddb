"""Databases and statements in the admin."""

from opsflows.databases.admin.database import DatabaseAdmin
from opsflows.databases.admin.statement import StatementAdmin

__all__ = ["DatabaseAdmin", "StatementAdmin"]
