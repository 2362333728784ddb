"""Roles, and what each of them may do."""

from django.db import models


class Role(models.TextChoices):
    """What a person is in an account; each later one may do all that the ones before it may, approvals apart."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    APPROVER = "approver", "Approver"
    OPERATOR = "operator", "Operator"
    ADMIN = "admin", "Administrator"


class Permission(models.TextChoices):
    """One thing that a verb asks for; API keys may be narrowed to some of them (scopes)."""

    EVENTS_SEND = "events:send", "Send events"
    EVENTS_READ = "events:read", "Read events"
    EVENTS_ACKNOWLEDGE = "events:acknowledge", "Take events out of the inbox"
    WORKFLOWS_READ = "workflows:read", "Read workflows and their runs"
    WORKFLOWS_WRITE = "workflows:write", "Write and publish workflows"
    WORKFLOWS_APPROVE = "workflows:approve", "Approve what somebody else wants to publish"
    SCRIPTS_WRITE = "scripts:write", "Write the JavaScript of a workflow's scripts"
    APPROVALS_DECIDE = "approvals:decide", "Decide what one is asked, ask, and name who stands in"
    APPROVALS_WRITE = "approvals:write", "Keep approval policies and request forms"
    APPROVALS_MANAGE = "approvals:manage", "See everybody's approval requests, hand them on and recall them"
    RUNS_START = "runs:start", "Start workflows by hand"
    RUNS_OPERATE = "runs:operate", "Cancel, retry and resolve runs"
    RECORDS_WRITE = "records:write", "Change records and tasks"
    SOURCES_WRITE = "sources:write", "Create and change sources"
    AUDIT_READ = "audit:read", "Read who did what"
    ACCESS_MANAGE = "access:manage", "Manage people and API keys"
    ACCOUNT_MANAGE = "account:manage", "Change the account's own settings, such as retention"


_READ = frozenset({Permission.EVENTS_READ, Permission.WORKFLOWS_READ, Permission.APPROVALS_DECIDE})
_EDIT = _READ | {
    Permission.EVENTS_SEND,
    Permission.EVENTS_ACKNOWLEDGE,
    Permission.WORKFLOWS_WRITE,
    Permission.RUNS_START,
    Permission.RECORDS_WRITE,
    Permission.SOURCES_WRITE,
    Permission.APPROVALS_WRITE,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: _READ,
    Role.EDITOR: _EDIT,
    Role.APPROVER: _READ | {Permission.WORKFLOWS_APPROVE, Permission.RECORDS_WRITE},
    Role.OPERATOR: _EDIT | {Permission.RUNS_OPERATE, Permission.AUDIT_READ},
    Role.ADMIN: frozenset(Permission),
}
