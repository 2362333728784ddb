"""The sidebar, in the order that an event takes, with what the signed-in person may see."""

from collections.abc import Callable
from typing import Any, Literal

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from opsflows.accounts.actor_for_user import actor_for_membership
from opsflows.accounts.current import current_membership
from opsflows.accounts.roles import PERMISSIONS, Permission
from opsflows.admin_site.markup import list_of
from opsflows.approvals.reading.inbox import waiting_for
from opsflows.events.admin.set_aside import unresolved
from opsflows.messages.admin.notification import unread
from opsflows.runs.admin.looks import attention

#: A number in the sidebar is read on every page, so it ends here.
MOST = 99

_Entry = tuple[str, str, str]

_MINE: tuple[_Entry, ...] = (("Notifications", "notifications", "ops_messages.Notification"),)
_EVENTS: tuple[_Entry, ...] = (
    ("Sources", "input", "events.Source"),
    ("Rejections", "block", "events.Rejection"),
    ("Events", "bolt", "events.Event"),
    ("Catalog", "menu_book", "events.EventType"),
    ("Set aside", "report", "events.RoutingFailure"),
)
_WORKFLOWS: tuple[_Entry, ...] = (
    ("Workflows", "account_tree", "workflows.Workflow"),
    ("Runs", "play_circle", "runs.Execution"),
    ("Batches", "playlist_play", "runs.RunBatch"),
    ("Schedules", "schedule", "schedules.Schedule"),
    ("Business hours", "calendar_month", "accounts.BusinessCalendar"),
)
_TEXTS: tuple[_Entry, ...] = (
    ("Message templates", "mail", "ops_messages.MessageTemplate"),
    ("Segments", "filter_alt", "lookups.Segment"),
    ("Lists", "checklist", "lookups.NamedList"),
    ("Lookup tables", "table_view", "lookups.LookupTable"),
    ("Kept values", "bookmark", "runs.StateValue"),
)
_APPROVALS: tuple[_Entry, ...] = (
    ("Requests", "approval", "approvals.ApprovalRequest"),
    ("Policies", "rule", "approvals.ApprovalPolicy"),
    ("Request forms", "dynamic_form", "approvals.RequestForm"),
    ("Delegations", "flight_takeoff", "approvals.Delegation"),
    ("Channels", "forum", "approvals.ApprovalChannels"),
)
_WORK: tuple[_Entry, ...] = (
    ("Tasks", "task_alt", "records.Task"),
    ("Records", "folder_open", "records.Record"),
)
_ACCESS: tuple[_Entry, ...] = (
    ("People", "group", "accounts.Membership"),
    ("Teams", "groups", "accounts.Team"),
    ("Recipients", "alternate_email", "accounts.Recipient"),
    ("API keys", "key", "accounts.ApiKey"),
    ("Accounts", "domain", "accounts.PlatformAccount"),
    ("Sign-ins", "badge", "accounts.User"),
    ("Audit", "policy", "audit.AuditEntry"),
    ("Workers", "memory", "queue.WorkerHeartbeat"),
)
_DATA: tuple[_Entry, ...] = (
    ("Databases", "database", "databases.Database"),
    ("Statements", "code", "databases.Statement"),
)
_UPKEEP: tuple[_Entry, ...] = (
    ("Upkeep", "manufacturing", "queue.Job"),
    ("Daily summary", "summarize", "upkeep.SummaryChoice"),
    ("Retention", "auto_delete", "upkeep.RetentionPolicy"),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of unfold's sidebar; a bounded query for each number in it."""
    home = {"title": "Home", "icon": "home", "link": reverse("admin:index"), "active": _is_home}
    events = _entries(request, _EVENTS)
    workflows = _entries(request, _WORKFLOWS)
    workflows[1:1] = _gallery(request)
    if may(request, "runs.Execution"):
        workflows.append(_needs_attention(request))
    workflows += _entries(request, _TEXTS)
    groups: list[dict[str, Any]] = [
        {"items": [home, *_inbox(request), *_entries(request, _MINE)]},
        {"title": "Events", "separator": True, "items": events},
        {"title": "Workflows", "separator": True, "items": workflows},
        {"title": "Approvals", "separator": True, "items": _entries(request, _APPROVALS)},
        {"title": "Work", "separator": True, "items": _entries(request, _WORK)},
        {"title": "Data", "separator": True, "items": [*_files(request), *_entries(request, _DATA)]},
        {"title": "Upkeep", "separator": True, "items": _entries(request, _UPKEEP)},
        {"title": "People and access", "separator": True, "items": _entries(request, _ACCESS)},
    ]
    return [group for group in groups if group["items"]]


def account_name(request: HttpRequest) -> str:
    """The account in use, below the product's name."""
    membership = current_membership(request)
    if membership is not None:
        return membership.account.name
    return "All accounts" if request.user.is_superuser else ""


def few(rows: QuerySet[Any]) -> str:
    """How many rows there are, as far as a glance needs it; empty for none."""
    found = len(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    return "" if not found else f"{MOST}+" if found > MOST else str(found)


def unread_number(request: HttpRequest) -> str:
    """How many notifications the signed-in person has not read, as `few` says it."""
    return _once(request, "ops_messages.Notification", unread)


def set_aside_number(request: HttpRequest) -> str:
    """How many events are set aside, as `few` says it."""
    return _once(request, "events.RoutingFailure", unresolved)


def asked_number(request: HttpRequest) -> str:
    """How many requests wait for the signed-in person's decision, as `few` says it."""
    read: dict[str, str] = vars(request).setdefault("_opsflows_numbers", {})
    if "asked" not in read:
        membership = current_membership(request)
        read["asked"] = few(waiting_for(actor_for_membership(membership, door="admin"))) if membership else ""
    return read["asked"]


def _once(request: HttpRequest, model: str, narrow: Callable[[QuerySet[Any]], QuerySet[Any]]) -> str:
    """A number that several parts of one page show, read once."""
    read: dict[str, str] = vars(request).setdefault("_opsflows_numbers", {})
    if model not in read:
        read[model] = few(narrow(rows_of(request, model)))
    return read[model]


def rows_of(request: HttpRequest, model: str) -> QuerySet[Any]:
    """The rows of a model that the signed-in person sees."""
    rows: QuerySet[Any] = admin.site.get_model_admin(apps.get_model(model)).get_queryset(request)
    return rows


def may(request: HttpRequest, model: str, action: Literal["view", "add"] = "view") -> bool:
    """Whether the signed-in person may look at rows of `model`, or add one."""
    page = admin.site.get_model_admin(apps.get_model(model))
    return page.has_add_permission(request) if action == "add" else page.has_view_permission(request)


def _entries(request: HttpRequest, entries: tuple[_Entry, ...]) -> list[dict[str, Any]]:
    return [_entry(request, *entry) for entry in entries if may(request, entry[2])]


def _entry(request: HttpRequest, title: str, icon: str, model: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": title, "icon": icon, "link": list_of(apps.get_model(model))}
    if model == "events.RoutingFailure" and (number := set_aside_number(request)):
        entry |= {"badge": number, "badge_variant": "warning"}
    if model == "ops_messages.Notification" and (number := unread_number(request)):
        entry |= {"badge": number, "badge_variant": "info"}
    if model == "approvals.ApprovalChannels":
        entry["link"] = reverse("admin:approvals_approvalchannels_settings")
    if model == "upkeep.SummaryChoice":
        entry["link"] = reverse("admin:upkeep_summarychoice_summary")
    if model == "runs.Execution":
        entry["active"] = _is_runs
    return entry


def _needs_attention(request: HttpRequest) -> dict[str, Any]:
    link = list_of(apps.get_model("runs.Execution"), "?status=needs_attention")
    entry: dict[str, Any] = {"title": "Needs attention", "icon": "front_hand", "link": link, "active": _is_attention}
    if number := few(attention(rows_of(request, "runs.Execution"))):
        entry |= {"badge": number, "badge_variant": "warning"}
    return entry


def _inbox(request: HttpRequest) -> list[dict[str, Any]]:
    """What the signed-in person decides is a place of its own, outside the admin."""
    if current_membership(request) is None:
        return []
    entry: dict[str, Any] = {"title": "Inbox", "icon": "inbox", "link": reverse("inbox:index")}
    if number := asked_number(request):
        entry |= {"badge": number, "badge_variant": "warning"}
    return [entry]


def _files(request: HttpRequest) -> list[dict[str, Any]]:
    """Files have no rows, so that what may be done with them is asked of the role alone."""
    membership = current_membership(request)
    if membership is None or Permission.WORKFLOWS_READ not in PERMISSIONS.get(membership.role, frozenset()):
        return []
    return [{"title": "Files", "icon": "folder_copy", "link": reverse("files"), "active": _is_files}]


def _gallery(request: HttpRequest) -> list[dict[str, Any]]:
    """A page without a model: for whoever sees workflows."""
    if not may(request, "workflows.Workflow") or current_membership(request) is None:
        return []
    link = reverse("studio:gallery")
    return [{"title": "Gallery", "icon": "collections_bookmark", "link": link, "active": _is_gallery}]


def _is_gallery(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("studio:gallery"))


def _is_files(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("files"))


def _is_home(request: HttpRequest) -> bool:
    return request.path == reverse("admin:index")


def _is_attention(request: HttpRequest) -> bool:
    return request.path.startswith(list_of(apps.get_model("runs.Execution"))) and (
        request.GET.get("status") == "needs_attention"
    )


def _is_runs(request: HttpRequest) -> bool:
    return request.path.startswith(list_of(apps.get_model("runs.Execution"))) and not _is_attention(request)
