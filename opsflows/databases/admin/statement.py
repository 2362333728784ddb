"""Statements: what workflows may run by name, and what can be done with each."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_account, current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, cut, link, page_of
from opsflows.admin_site.pages import PageAdmin
from opsflows.databases.admin.statement_form import StatementForm, change_form
from opsflows.databases.admin.switch_acts import switch_acts
from opsflows.databases.change_statement import change_statement, create_statement
from opsflows.databases.find import reference_to
from opsflows.databases.models import Database, Statement
from opsflows.databases.used_by import users_of

READS, WRITES = Look("Reads", "done", "visibility"), Look("Writes", "attention", "edit")
OFF = Look("Off", "off", "pause_circle")


def _change(deed: Deed) -> str:
    change_statement(actor=deed.actor, statement=deed.row, now=deed.now, **deed.data)
    return "The statement is changed. Workflows that are published keep the older text until they are published again."


ACTS = (
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.ACCOUNT_MANAGE,
        question=lambda statement: (
            "Workflows that are published keep the older text until they are published again. Whether it may write "
            "counts at once; to stop the older text, switch the statement off."
        ),
        perform=_change,
        form=change_form,
    ),
    *switch_acts(
        what="statement",
        off="steps that name {} fail",
        on="run {}",
        forget=lambda statement: f"“{statement.name}” is taken away. While published workflows run it, it stays.",
    ),
)


@admin.register(Statement)
class StatementAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/query_statement.html"
    acts = ACTS
    called = "statements"
    list_display = ["name", "what", "of", "about"]
    ordering = ["name"]
    search_help = "How a statement's name begins"
    empty_title = "No statements yet"
    empty_text = "A statement is SQL that workflows run by its name. Only such a one may write, where you say so."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("database").defer("database__password", "database__ca_certificate")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        account = current_account(request)
        form = StatementForm(
            account_id=account.pk,
            database=request.GET.get("database", ""),
            data=request.POST if request.method == "POST" else None,
        )

        def create(data: dict[str, Any]) -> HttpResponse:
            database = Database.objects.get(account=account, pk=data.pop("database"))
            statement = create_statement(actor=current_actor(request), database=database, now=timezone.now(), **data)
            self.log_addition(request, statement, "Named the statement.")
            messages.success(request, "Workflows may run it now.")
            return HttpResponseRedirect(page_of(statement))

        return add_page(self, request, form, create, heading="New statement")

    def page_context(self, request: HttpRequest, row: Statement) -> dict[str, Any]:
        return {
            "statement": row,
            "badge": self.what(row),
            "uses": users_of(reference_to(row), account_id=row.account_id),
        }

    @admin.display(description="What it does")
    def what(self, statement: Statement) -> SafeString:
        return badge(OFF if not statement.is_active else WRITES if statement.writes else READS)

    @admin.display(description="Database")
    def of(self, statement: Statement) -> SafeString:
        return link(statement.database, statement.database.name)

    @admin.display(description="What it is for")
    def about(self, statement: Statement) -> SafeString:
        return cut(statement.description)
