"""Workflows: the list, searched by everything that is written in them, and a workflow's page."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site.markup import badge, link, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.admin.run_now import list_links
from opsflows.workflows.admin.step_links import address_of
from opsflows.workflows.admin.try_page import try_page
from opsflows.workflows.admin.workflow_acts import ACTS
from opsflows.workflows.admin.workflow_filters import CategoryFilter, EventFilter, StateFilter, TagFilter
from opsflows.workflows.admin.workflow_page import workflow_context
from opsflows.workflows.models import Workflow, WorkflowTag
from opsflows.workflows.search_text import folded, words_of
from opsflows.workflows.searchable import found_in, searched
from opsflows.workflows.triggers import in_words
from opsflows.workflows.unpublished import has_unpublished

#: Acts that have a page of their own among the tabs, with more to go by.
_HAVE_PAGES = frozenset({"publish", "rename", "restore"})
#: What is long, and read only where somebody looks into it.
_LONG = ("workflow_data", "settings", "search_text")


@admin.register(Workflow)
class WorkflowAdmin(PageAdmin):
    page_template = "admin/opsflows/workflow.html"
    change_list_template = "admin/opsflows/workflows.html"
    acts = ACTS
    list_display = ["title", "state", "starts", "category", "last_run"]
    list_display_links = None
    list_filter = [StateFilter, CategoryFilter, TagFilter, EventFilter]
    ordering = ["workflow_name", "pk"]
    search_help = "Words from anywhere in a workflow: its name, a step, a text"
    empty_title = "No workflows yet"
    empty_text = (
        "A workflow says: when this event comes in, and only if these conditions hold, then do this. Begin with a new "
        "one, or take one from the gallery and change it."
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_view)
        return [path("<path:object_id>/try/", view, name="workflows_workflow_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The draft, step by step."""
        row = self.row_or_none(request, object_id)
        return self.gone(request, object_id) if row is None else try_page(self, request, row)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"ways_in": _ways_in(request), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request).select_related("published_version")
        of_version = ("published_version__workflow_data", "published_version__settings")
        if request.resolver_match and request.resolver_match.url_name == "workflows_workflow_changelist":
            tags = Prefetch("tags", WorkflowTag.objects.only("name", "workflow_id"))
            return rows.defer(*_LONG, *of_version).prefetch_related(tags)
        return rows.defer("search_text", *of_version)

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return searched(rows, term)

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        newest = Execution.objects.filter(workflow=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        ids = Workflow.objects.filter(pk__in=[row.pk for row in rows]).annotate(newest=Subquery(newest)).order_by()
        runs = Execution.objects.filter(pk__in=[pk for pk in ids.values_list("newest", flat=True) if pk])
        last = {run.workflow_id: run for run in runs.only("workflow_id", "execution_status", "started_at")}
        found = _found_in(rows, request.GET.get("q", ""))
        for row in rows:
            row.newest_run = last.get(row.pk)
            row.found = found.get(row.pk)

    def page_context(self, request: HttpRequest, row: Workflow) -> dict[str, Any]:
        edit = _edit(request, row)
        return {
            **workflow_context(row),
            "may_edit": bool(edit),
            "links": [*edit, *_publish(request, row), *list_links(request, row), *_export(row)],
            "acts": [
                {"act": act, "url": reverse(f"admin:{self.act_address(act)}", args=[row.pk])}
                for act in self.acts
                if act.name not in _HAVE_PAGES and act.may(request) and act.is_possible(row)
            ],
        }

    @admin.display(description="Workflow")
    def title(self, workflow: Any) -> SafeString:
        """Name and tags; and where a search found it, if that was not the name."""
        tags = format_html_join(
            "",
            ' <a class="ops-tag" href="?{}">{}</a>',
            ((urlencode({"tag": tag.name}), tag.name) for tag in workflow.tags.all()),
        )
        where = workflow.found
        place = format_html('<div class="ops-found">{}: {}</div>', where.place, where.text) if where else ""
        return format_html("<div>{}{}{}</div>", link(workflow, workflow.workflow_name), tags, place)

    @admin.display(description="State")
    def state(self, workflow: Workflow) -> SafeString:
        return badge(look_of(workflow))

    @admin.display(description="When")
    def starts(self, workflow: Workflow) -> str:
        trigger = workflow.trigger_config
        return in_words(str(trigger.get("kind", "")), trigger) or "nothing chosen yet"

    @admin.display(description="Last run")
    def last_run(self, workflow: Any) -> SafeString | str:
        run = workflow.newest_run
        if run is None:
            return "never"
        return format_html("{} {}", link(run, badge(RUN[Execution.Status(run.execution_status)])), when(run.started_at))


def _edit(request: HttpRequest, workflow: Workflow) -> list[dict[str, str]]:
    """What most people come for, where they may."""
    if not current_actor(request).may(Permission.WORKFLOWS_WRITE):
        return []
    url = address_of("studio:edit", workflow)
    return [{"label": "Edit", "icon": "edit_note", "url": url, "look": "ops-primary"}] if url else []


def _publish(request: HttpRequest, workflow: Workflow) -> list[dict[str, str]]:
    """To the page that shows first what would change."""
    if not current_actor(request).may(Permission.WORKFLOWS_WRITE) or not has_unpublished(workflow):
        return []
    url = address_of("studio:publish", workflow)
    return [{"label": "Publish", "icon": "rocket_launch", "url": url}] if url else []


def _export(workflow: Workflow) -> list[dict[str, str]]:
    """Its draft as a file, for whoever may look at it."""
    url = address_of("studio:export")
    return [{"label": "Export", "icon": "download", "url": f"{url}?id={workflow.pk}"}] if url else []


def _found_in(rows: list[Any], term: str) -> dict[Any, Any]:
    """Where a search found each row: one query for those of which the name does not say it."""
    words = words_of(term)
    unclear = [row.pk for row in rows if any(word not in folded(row.workflow_name) for word in words)]
    if not unclear:
        return {}
    read = Workflow.objects.filter(pk__in=unclear).only("workflow_name", "description", "category", *_LONG[:2])
    tags = {row.pk: [tag.name for tag in row.tags.all()] for row in rows}
    return {row.pk: found_in(row, term, tags=tags[row.pk]) for row in read}


def _ways_in(request: HttpRequest) -> list[dict[str, str]]:
    """How one begins a workflow, for those who may, and how workflows go out as files."""
    if current_membership(request) is None:
        return []
    offered = [("studio:exchange", "Export", "download", "")]
    if current_actor(request).may(Permission.WORKFLOWS_WRITE):
        offered = [
            ("studio:new", "New workflow", "add", "ops-primary"),
            ("studio:gallery", "From the gallery", "grid_view", ""),
            ("studio:exchange", "Export and import", "swap_vert", ""),
        ]
    ways = [
        {"url": address_of(name), "label": label, "icon": icon, "look": look} for name, label, icon, look in offered
    ]
    return [way for way in ways if way["url"]]
