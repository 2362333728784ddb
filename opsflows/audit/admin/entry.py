"""Audit entries: what was done, by whom, through which door. They are read and never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from opsflows.admin_site.deeds import detail_in_words, door_in_words, object_url
from opsflows.admin_site.document import document
from opsflows.admin_site.doers import doers
from opsflows.admin_site.filters import WhenFilter, as_uuid
from opsflows.admin_site.markup import cut, link, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.audit.admin.filters import ActionFilter, PersonFilter, RowFilter
from opsflows.audit.models import AuditEntry
from opsflows.audit.words import action_in_words

#: Entries of one row that a search finds; its page leads to all of them.
_MOST_OF_ONE = 1000


@admin.register(AuditEntry)
class AuditAdmin(PageAdmin):
    newest_first = True
    called = "audit"
    page_template = "admin/opsflows/audit_entry.html"
    list_display = ["what", "who", "moment", "with_what", "more"]
    list_filter = [ActionFilter, PersonFilter, WhenFilter, RowFilter]
    search_help = "The whole id of what it was done with"
    empty_title = "Nothing was done yet"
    empty_text = (
        "Whatever somebody does here, such as publishing a workflow or revoking a key, is kept with who and when."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        found = as_uuid(term)
        if found is None:
            return rows.none()
        # Of every type, because the index begins with it; and by itself, or SQLite would rather walk the account.
        types = [model._meta.label_lower for model in admin.site._registry]
        entries = AuditEntry.objects.filter(object_type__in=types, object_id=str(found)).order_by()
        return rows.filter(pk__in=list(entries.values_list("pk", flat=True)[:_MOST_OF_ONE]))

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        names = doers(rows)
        for row in rows:
            row.doer = names.said(row)

    def page_context(self, request: HttpRequest, row: AuditEntry) -> dict[str, Any]:
        return {
            "entry": row,
            "who": doers([row]).said(row),
            "door": door_in_words(row.door),
            "object_url": object_url(row),
            "detail": document(row.detail) if row.detail else None,
        }

    @admin.display(description="What")
    def what(self, row: AuditEntry) -> str:
        return action_in_words(row.action)

    @admin.display(description="By")
    def who(self, row: Any) -> str:
        return str(row.doer)

    @admin.display(description="When")
    def moment(self, row: AuditEntry) -> SafeString:
        return when(row.at)

    @admin.display(description="With")
    def with_what(self, row: AuditEntry) -> SafeString:
        url = object_url(row)
        return link(url, row.object_name or row.object_id) if url else cut(row.object_name)

    @admin.display(description="Detail")
    def more(self, row: AuditEntry) -> SafeString:
        return cut(detail_in_words(row.detail))
