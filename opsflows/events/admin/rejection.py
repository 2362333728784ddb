"""Rejections: how often requests were refused, and why. The requests themselves are not kept."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import link, when
from opsflows.admin_site.pages import ListAdmin
from opsflows.events.admin.reasons import in_words, what_to_do
from opsflows.events.models import Rejection


@admin.register(Rejection)
class RejectionAdmin(ListAdmin):
    account_path = "source__account"
    newest_first = True
    list_display = ["reason_in_words", "how_often", "source_link", "last", "address"]
    list_display_links = None
    empty_title = "Nothing was refused"
    empty_text = "Requests that a source refuses are counted here by hour, with the reason and what to do about it."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("source").only(
            "reason", "count", "hour", "last_at", "last_detail", "last_address", "source__name"
        )

    @admin.display(description="Reason")
    def reason_in_words(self, row: Rejection) -> SafeString:
        return format_html(
            '<div class="ops-wide">{}<div class="ops-quiet">{}</div><div class="ops-quiet">{}</div></div>',
            in_words(row.reason),
            what_to_do(row.reason),
            f"Last: {row.last_detail}" if row.last_detail else "",
        )

    @admin.display(description="Times, in one hour")
    def how_often(self, row: Rejection) -> str:
        return f"{row.count:,}"

    @admin.display(description="Source")
    def source_link(self, row: Rejection) -> SafeString:
        return link(row.source, row.source.name)

    @admin.display(description="Last")
    def last(self, row: Rejection) -> SafeString:
        return when(row.last_at)

    @admin.display(description="Last from")
    def address(self, row: Rejection) -> str:
        return row.last_address or "–"
