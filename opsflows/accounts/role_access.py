"""What a role may do with each kind of row in the admin, derived from the permissions that the verbs ask for."""

from opsflows.accounts.roles import PERMISSIONS, Permission, Role

#: Who may look, by app.
_READ = {
    "events": Permission.EVENTS_READ,
    "workflows": Permission.WORKFLOWS_READ,
    "runs": Permission.WORKFLOWS_READ,
    "records": Permission.WORKFLOWS_READ,
    "schedules": Permission.WORKFLOWS_READ,
    "ops_messages": Permission.WORKFLOWS_READ,
    "lookups": Permission.WORKFLOWS_READ,
    "approvals": Permission.APPROVALS_MANAGE,
    "databases": Permission.ACCOUNT_MANAGE,
    "queue": Permission.WORKFLOWS_READ,
    "upkeep": Permission.WORKFLOWS_READ,
    "accounts": Permission.ACCESS_MANAGE,
    "audit": Permission.AUDIT_READ,
}
#: Who may look where the app's answer would show too much, or too little.
_READ_MODEL = {
    "events.sourcesecret": Permission.SOURCES_WRITE,
    # Whoever writes a rule has to see, and to say, whom its names stand for.
    "accounts.team": Permission.WORKFLOWS_READ,
    "accounts.teammember": Permission.WORKFLOWS_READ,
    "accounts.recipient": Permission.WORKFLOWS_READ,
    "accounts.businesscalendar": Permission.WORKFLOWS_READ,
    # So does whoever writes one that asks for approval.
    "approvals.approvalpolicy": Permission.WORKFLOWS_READ,
    "approvals.requestform": Permission.WORKFLOWS_READ,
}
#: Who may add and change. What is missing here only administrators do.
_WRITE = {
    "events.source": Permission.SOURCES_WRITE,
    "events.sourcesecret": Permission.SOURCES_WRITE,
    "events.routingfailure": Permission.RUNS_OPERATE,
    "workflows.workflow": Permission.WORKFLOWS_WRITE,
    "runs.execution": Permission.RUNS_OPERATE,
    "runs.queueitem": Permission.RUNS_OPERATE,
    "runs.statevalue": Permission.RUNS_OPERATE,
    "runs.runbatch": Permission.RUNS_START,
    "schedules.schedule": Permission.WORKFLOWS_WRITE,
    "records.task": Permission.RECORDS_WRITE,
    "records.record": Permission.RECORDS_WRITE,
    "ops_messages.messagetemplate": Permission.WORKFLOWS_WRITE,
    "lookups.lookuptable": Permission.WORKFLOWS_WRITE,
    "lookups.segment": Permission.WORKFLOWS_WRITE,
    "lookups.namedlist": Permission.WORKFLOWS_WRITE,
    "approvals.approvalpolicy": Permission.APPROVALS_WRITE,
    "approvals.requestform": Permission.APPROVALS_WRITE,
    "approvals.delegation": Permission.APPROVALS_MANAGE,
    "accounts.team": Permission.WORKFLOWS_WRITE,
    "accounts.teammember": Permission.WORKFLOWS_WRITE,
    "accounts.recipient": Permission.WORKFLOWS_WRITE,
}
_DELETE = {
    "events.sourcesecret": Permission.SOURCES_WRITE,
    "accounts.team": Permission.WORKFLOWS_WRITE,
    "accounts.teammember": Permission.WORKFLOWS_WRITE,
    "accounts.recipient": Permission.WORKFLOWS_WRITE,
}
#: Written by verbs alone and never changed, by whomever.
_WRITTEN_ONCE = frozenset({"audit"})
#: Shared by all accounts, so an administrator of one of them only looks; superusers change them.
_SHARED = frozenset({"accounts.user"})
#: Changed by those whose it is, and neither added nor deleted by them.
_KEPT = {"accounts.platformaccount": Permission.ACCOUNT_MANAGE}


def role_allows(role: str, *, app: str, model: str, action: str) -> bool:
    """Whether `role` may `action` (`view`, `add`, `change`, `delete`) rows of `app.model` (lower case)."""
    if app not in _READ:
        return False
    label = f"{app}.{model}"
    if action == "view":
        return _READ_MODEL.get(label, _READ[app]) in PERMISSIONS.get(role, frozenset())
    if label in _KEPT:
        return action == "change" and _KEPT[label] in PERMISSIONS.get(role, frozenset())
    if action not in {"add", "change", "delete"} or label in _SHARED or app in _WRITTEN_ONCE:
        return False
    needed = (_DELETE if action == "delete" else _WRITE).get(label)
    return role == Role.ADMIN or (needed is not None and needed in PERMISSIONS.get(role, frozenset()))


def apps_of_ours() -> frozenset[str]:
    """Labels of the apps that roles say something about."""
    return frozenset(_READ)
