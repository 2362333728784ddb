"""Databases: which there are, whether they answer, and which statements and workflows use them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_account, current_actor
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, page_of
from opsflows.admin_site.pages import PageAdmin
from opsflows.databases.access import sqlite_folder
from opsflows.databases.admin.database_acts import ACTS
from opsflows.databases.admin.database_form import DatabaseForm
from opsflows.databases.ask_for_test import latest_test
from opsflows.databases.change_database import create_database
from opsflows.databases.find import reference_to
from opsflows.databases.models import Database
from opsflows.databases.used_by import users_of
from opsflows.databases.write import MOST
from opsflows.queue.models import Job

ON, OFF = Look("On", "done", "database"), Look("Off", "off", "pause_circle")
_ANSWERS, _FAILED = Look("Answers", "done", "check_circle"), Look("Does not answer", "failed", "error")
_WAITS, _BROKE = Look("Under way", "waiting", "schedule"), Look("Not tested", "attention", "error")


@admin.register(Database)
class DatabaseAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/query_database.html"
    acts = ACTS
    list_display = ["name", "how_it_stands", "what", "where"]
    ordering = ["name"]
    search_help = "How a database's name begins"
    empty_title = "No databases yet"
    empty_text = (
        "A database that you add here may be asked by the query steps of workflows. What they write themselves only "
        "reads; what is to write is a statement that you name."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DatabaseForm(account=current_account(request), data=request.POST if request.method == "POST" else None)

        def create(data: dict[str, Any]) -> HttpResponse:
            database = create_database(actor=current_actor(request), now=timezone.now(), **data)
            self.log_addition(request, database, "Allowed workflows to ask the database.")
            messages.success(request, "Workflows may ask it now. Test whether it answers.")
            return HttpResponseRedirect(page_of(database))

        return add_page(self, request, form, create, heading="New database")

    def page_context(self, request: HttpRequest, row: Database) -> dict[str, Any]:
        return {
            "database": row,
            "badge": badge(ON if row.is_active else OFF),
            "folder": sqlite_folder(row.account_id),
            "statements": list(row.statements.order_by("name")[:MOST]),
            "test": _tested(latest_test(row.pk)),
            "uses": users_of(reference_to(row), account_id=row.account_id),
        }

    @admin.display(description="State")
    def how_it_stands(self, database: Database) -> SafeString:
        return badge(ON if database.is_active else OFF)

    @admin.display(description="Kind")
    def what(self, database: Database) -> str:
        return str(Database.Kind(database.kind).label)

    @admin.display(description="Where")
    def where(self, database: Database) -> SafeString:
        place = f"{database.host}, " if database.host else ""
        return format_html("{}{}", place, database.database_name)


def _tested(job: Job | None) -> Mapping[str, Any] | None:
    """How the last test went, for the page."""
    if job is None:
        return None
    if job.status not in Job.TERMINAL:
        return {"badge": badge(_WAITS), "said": "A worker is on it; load the page again.", "at": job.created_at}
    result = job.result if isinstance(job.result, Mapping) else {}
    look = (_ANSWERS if result["ok"] else _FAILED) if result else _BROKE
    return {"badge": badge(look), "said": result.get("said") or job.error_message or "", "at": job.finished_at}
