"""Lookup tables in the admin: the list, a page with the rows, and the forms that change them."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor
from opsflows.admin_site.acts import Act
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.lookups.admin.table_acts import ACTS
from opsflows.lookups.admin.table_forms import ColumnsForm, PasteForm, RowsForm, page_number, rows_on
from opsflows.lookups.admin.used_by import used_by_context
from opsflows.lookups.compare_content import compare
from opsflows.lookups.find import TABLE
from opsflows.lookups.models import LookupTable
from opsflows.lookups.read_pasted import as_csv, in_words
from opsflows.lookups.save_table import create_table
from opsflows.lookups.snapshots import content_of

#: Rows that a page shows.
_SHOWN = 50
#: Rows of each sort that a comparison names.
_NAMED = 20
_TEMPLATES = {"rows": "admin/opsflows/lookup_rows.html", "paste": "admin/opsflows/lookup_paste.html"}


@admin.register(LookupTable)
class LookupTableAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/lookup_table.html"
    acts = ACTS
    list_display = ["name", "about", "size", "changed"]
    ordering = ["name", "pk"]
    search_help = "How a table's name begins"
    empty_title = "No lookup tables yet"
    empty_text = (
        "A small table that you keep here, such as discounts by partner or owners by country. The step “Look up in a "
        "table” finds a row by its key."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        # A table's rows may be many, and the list shows none of them.
        return rows.select_related("snapshot").defer("snapshot__rows")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.csv_view)
        return [path("<path:object_id>/csv/", view, name="lookups_lookuptable_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The table as a file for a spreadsheet, which may be uploaded again."""
        row = self.row_or_none(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        # The mark by which spreadsheets see that it is UTF-8.
        answer = HttpResponse("\ufeff" + as_csv(content_of(row.snapshot)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="table-{row.pk}.csv"'
        return answer

    def page_context(self, request: HttpRequest, row: LookupTable) -> dict[str, Any]:
        content, find, page = content_of(row.snapshot), request.GET.get("find", ""), page_number(request.GET)
        shown, pages = rows_on(content, find, page, _SHOWN)
        return {
            "table": row,
            "columns": content.columns,
            "rows": [[in_words(value) for value in each] for each in shown],
            "find": find,
            "page": page,
            "pages": pages,
            **used_by_context(row, TABLE, "rows"),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            columns = [column for column, _ in data["columns"]]
            about = {"name": data["name"], "description": data["description"]}
            table = create_table(actor=current_actor(request), columns=columns, **about)
            self.log_addition(request, table, "Made the table.")
            messages.success(request, f"“{table.name}” is there; now give it rows.")
            return HttpResponseRedirect(page_of(table))

        form = ColumnsForm(data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create)

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        if act.name == "rows":
            place = request.POST if request.method == "POST" else request.GET
            act = replace(act, form=partial(RowsForm, place=place))
        if act.name == "paste":
            act = replace(act, form=partial(PasteForm, files=request.FILES))
            if request.method == "POST" and "save" not in request.POST:
                return self._compared(request, object_id, act)
        answer = super().act_view(request, object_id, act)
        if isinstance(answer, TemplateResponse) and act.name in _TEMPLATES:
            answer.template_name = _TEMPLATES[act.name]
        return answer

    def _compared(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """What the pasted rows would change; nothing is saved."""
        row = self.row_or_none(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        if not act.may(request):
            raise PermissionDenied
        form = PasteForm(row=row, data=request.POST, files=request.FILES)
        context = {**self.frame(request, act.label, row), "act": act, "question": act.question(row), "form": form}
        context["back"] = page_of(row)
        if form.is_valid():
            # Shown once more as text, so that saving takes what was looked at, from whatever file it came.
            texts = {name: form.cleaned_data[name] for name in ("seen", "mode", "text")}
            context["form"] = PasteForm(row=row, data=texts)
            context["difference"] = compare(form.before, form.content)
            context["named"] = f":{_NAMED}"
        status = 400 if form.errors else 200
        return TemplateResponse(request, _TEMPLATES["paste"], context, status=status)

    @admin.display(description="What it is for")
    def about(self, table: LookupTable) -> SafeString:
        return cut(table.description)

    @admin.display(description="Rows")
    def size(self, table: LookupTable) -> str:
        return f"{table.snapshot.row_count:,}"

    @admin.display(description="Changed")
    def changed(self, table: LookupTable) -> SafeString:
        return when(table.updated_at)
