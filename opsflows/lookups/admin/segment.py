"""Saved segments in the admin: what they say in words, who names them, and how many are in one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.lookups.admin.segment_form import SegmentForm, as_rows
from opsflows.lookups.admin.segment_preview import counted, offered
from opsflows.lookups.admin.used_by import on_removal, renew_act, used_by_context
from opsflows.lookups.models import Segment
from opsflows.lookups.save_segment import change_segment, create_segment, remove_segment
from opsflows.rules.conditions.named import SEGMENT
from opsflows.workflows.admin.sentence import in_words

_CONTENT = "conditions"


def _change(deed: Deed) -> str:
    data = deed.data
    change_segment(actor=deed.actor, segment=deed.row, conditions=data["conditions"], description=data["description"])
    return "The segment is changed. Workflows that are published keep the older conditions until they are given these."


def _remove(deed: Deed) -> str:
    remove_segment(actor=deed.actor, segment=deed.row)
    return f"The segment “{deed.row.name}” is gone."


ACTS = (
    renew_act(SEGMENT, _CONTENT),
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: (
            "Workflows that are published keep the older conditions until they are given the new ones."
        ),
        perform=_change,
        # Groups within groups, which a program wrote, do not fit into the form's rows.
        is_possible=lambda row: as_rows(row.conditions) is not None,
        form=SegmentForm,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: on_removal(row, SEGMENT),
        perform=_remove,
        is_dangerous=True,
        ends_row=True,
    ),
)


@admin.register(Segment)
class SegmentAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/segment.html"
    acts = ACTS
    list_display = ["name", "about", "changed"]
    ordering = ["name", "pk"]
    search_help = "How a segment's name begins"
    empty_title = "No segments yet"
    empty_text = (
        "A condition under a name, such as enterprise, written once: the conditions of workflows then only say “in "
        "segment enterprise”."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def page_context(self, request: HttpRequest, row: Segment) -> dict[str, Any]:
        membership = current_membership(request)
        account = membership.account if membership else row.account
        sample = request.GET.get("sample", "")
        return {
            "segment": row,
            "clause": in_words(row.conditions),
            "samples": offered(account),
            "sample": sample,
            "counted": counted(row, account, sample),
            **used_by_context(row, SEGMENT, _CONTENT),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            given = {name: data[name] for name in ("name", "description", "conditions")}
            segment = create_segment(actor=current_actor(request), **given)
            self.log_addition(request, segment, "Made the segment.")
            messages.success(request, f"Conditions can say “in segment {segment.name}” now.")
            return HttpResponseRedirect(page_of(segment))

        form = SegmentForm(data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create)

    @admin.display(description="What it is for")
    def about(self, row: Segment) -> SafeString:
        return cut(row.description)

    @admin.display(description="Changed")
    def changed(self, row: Segment) -> SafeString:
        return when(row.updated_at)
