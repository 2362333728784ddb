"""The base of every admin: a list with a fixed number of queries, and a page that tells what a row is."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from opsflows.accounts.role_admin import RoleAdmin
from opsflows.admin_site.acts import Act, act_page
from opsflows.admin_site.changelist import PagedChangeList
from opsflows.admin_site.history import history_of
from opsflows.admin_site.history_page import history_page


class ListAdmin(RoleAdmin, ModelAdmin):
    """A list that neither counts nor sorts nor searches without an index, and forms only where a subclass says so."""

    newest_first: ClassVar[bool] = False
    may_add: ClassVar[bool] = False
    may_change: ClassVar[bool] = False
    may_delete: ClassVar[bool] = False
    #: What the sidebar and the way to the page call the rows, where the model's own name is another.
    called: ClassVar[str] = ""
    #: What the list is for, and the first step, where it is empty.
    empty_title: ClassVar[str] = "Nothing here yet"
    empty_text: ClassVar[str] = ""
    #: What the search box takes; empty: there is none.
    search_help: ClassVar[str] = ""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()
    actions: ClassVar[Sequence[str] | None] = None
    view_on_site = False
    compressed_fields = True
    list_fullwidth = True
    change_form_outer_after_template = "admin/opsflows/history.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return PagedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.name_rows(request)
        answer: HttpResponse = super().changelist_view(request, {"title": self.rows_name, **(extra_context or {})})
        return answer

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.name_rows(request)
        answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return answer

    @property
    def rows_name(self) -> str:
        """What many rows are called, at the beginning of a line."""
        plural = self.called or str(self.opts.verbose_name_plural)
        return plural[:1].upper() + plural[1:]

    def name_rows(self, request: HttpRequest) -> None:
        """Leave the name where templates/unfold/helpers/header_title.html finds it: unfold gives it the model's."""
        vars(request)["rows_name"] = self.rows_name

    def pages_by_key(self, request: HttpRequest) -> bool:
        """Whether pages follow the primary key, newest first, so that the thousandth costs what the first costs."""
        return self.newest_first

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        """Read for a whole page of rows what each of them shows."""

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        """The rows that `term` (not empty) names, through an index."""
        return rows.none()

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return ("pk",) if self.search_help else ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        if term and self.search_help:
            queryset = queryset.none() if "\x00" in term else self.search(request, queryset, term)
        return queryset, False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters that are offered: any other column would be a scan, or a way to guess what it holds."""
        return lookup in {each.parameter_name for each in self.list_filter}

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.may_add and super().has_add_permission(request, *args)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_change and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_delete and super().has_delete_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Model | None = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context["row_history"] = history_of(request, obj)
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Instead of Django's log of its own forms: every state, through whichever door it came."""
        row = self.row_or_none(request, object_id)
        return self.gone(request, object_id) if row is None else history_page(self, request, row)

    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where a row is not there, or not the account's: back to the first page, with a message."""
        answer: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return answer

    def row_or_none(self, request: HttpRequest, object_id: str) -> Any:
        """The row of the account in use. Raises `PermissionDenied` for those who may not look."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.get_object(request, unquote(object_id))

    def frame(self, request: HttpRequest, title: str, row: Model | None = None) -> dict[str, Any]:
        """The context that every page of this admin needs."""
        self.name_rows(request)
        request.current_app = self.admin_site.name
        context: dict[str, Any] = self.admin_site.each_context(request)
        return {**context, "title": title, "opts": self.opts, "original": row, "media": self.media}


class PageAdmin(ListAdmin):
    """A row's page is a template of its own; what can be done with the row are acts, each confirmed and by POST."""

    page_template: ClassVar[str]
    acts: ClassVar[Sequence[Act]] = ()

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the template shows."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{act.name}/",
                self.admin_site.admin_view(self.act_view),
                {"act": act},
                name=self.act_address(act),
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        row = self.row_or_none(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        context = {
            **self.frame(request, str(row), row),
            "acts": [
                {"act": act, "url": reverse(f"admin:{self.act_address(act)}", args=[row.pk])}
                for act in self.acts
                if act.may(request) and act.is_possible(row)
            ],
            "row_history": history_of(request, row),
            **self.page_context(request, row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.page_template, context)

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """Ask (GET), then do it (POST)."""
        row = self.row_or_none(request, object_id)
        if row is None:
            return self.gone(request, object_id)
        return act_page(self, request, row, act)

    def act_address(self, act: Act) -> str:
        """The name of the act's address."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name}"
