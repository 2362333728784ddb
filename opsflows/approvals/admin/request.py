"""Requests in the admin: how each stands, whom it waits for, and everything that happened to it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site.filters import ChoiceFilter, WhenFilter, as_uuid
from opsflows.admin_site.markup import NONE, badge, cut, when, when_due
from opsflows.admin_site.pages import PageAdmin
from opsflows.approvals.admin.evidence_page import bundle_file, evidence_page, verifier_file
from opsflows.approvals.admin.looks import REQUESTS, request_look, under_way
from opsflows.approvals.admin.request_acts import ACTS
from opsflows.approvals.admin.request_page import page_context
from opsflows.approvals.models import ApprovalLevel, ApprovalPolicy, ApprovalRequest, ApprovalTask
from opsflows.approvals.reading.money import money

#: A part of a title, or a policy, is looked for among so many of the newest requests; neither has an index.
LOOKED_AT = 10_000
_OPEN = "open"
_POLICIES = 100
_NAMED = 3


class StateFilter(ChoiceFilter):
    title = "State"
    parameter_name = "state"
    all_label = "Any state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(_OPEN, "Under way"), *((state.value, look.word) for state, look in REQUESTS.items())]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return under_way(rows) if value == _OPEN else rows.filter(state=value)


class PolicyFilter(ChoiceFilter):
    """By the policy that is there now; requests by one that is gone are found by their titles."""

    title = "Policy"
    parameter_name = "policy"
    all_label = "Any policy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = ApprovalPolicy.objects.filter(account=membership.account_id) if membership else ()
        return [(str(row.pk), row.name) for row in rows[:_POLICIES]]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        names = dict(self.lookup_choices)
        return _newest(rows).filter(policy_name=names[value])


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(PageAdmin):
    newest_first = True
    page_template = "admin/opsflows/approval_request.html"
    acts = ACTS
    list_display = ["title", "standing", "how_much", "who", "level", "waits_for", "since", "due"]
    list_filter = [StateFilter, PolicyFilter, WhenFilter]
    search_help = "Part of a title, who asks, or an id"
    empty_title = "No requests yet"
    empty_text = (
        "The action “Ask for approval” of a workflow makes them, and so does publishing where a second person has to "
        "approve it. Begin with a policy: who is asked, in which order, by when."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("account", "requester")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("verify_evidence.py", view(self.verifier_view), name="approvals_approvalrequest_verifier"),
            path("<uuid:pk>/evidence/", view(self.evidence_view), name="approvals_approvalrequest_evidence"),
            path("<uuid:pk>/evidence.json", view(self.bundle_view), name="approvals_approvalrequest_bundle"),
            *super().get_urls(),
        ]

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        if pk := as_uuid(term):
            return rows.filter(pk=pk)
        return _newest(rows).filter(Q(title__icontains=term) | Q(requester_name__icontains=term))

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        ids = [row.pk for row in rows]
        open_levels = ApprovalLevel.objects.filter(round__request__in=ids, state=ApprovalLevel.State.OPEN)
        levels: dict[Any, list[ApprovalLevel]] = defaultdict(list)
        for level in open_levels.select_related("round").defer("round__content"):
            levels[level.round.request_id].append(level)
        tasks: dict[Any, list[str]] = defaultdict(list)
        open_tasks = ApprovalTask.objects.filter(request__in=ids, state=ApprovalTask.State.OPEN).order_by("id")
        for request_id, name in open_tasks.values_list("request_id", "name"):
            tasks[request_id].append(name)
        for row in rows:
            row.open_levels, row.asked_now = levels[row.pk], tasks[row.pk]

    def page_context(self, request: HttpRequest, row: ApprovalRequest) -> dict[str, Any]:
        return page_context(request, row)

    def evidence_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """All that can be handed over, to be read."""
        row = self.row_or_none(request, str(pk))
        return self.gone(request, str(pk)) if row is None else evidence_page(self, request, row)

    def bundle_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The same as a file."""
        row = self.row_or_none(request, str(pk))
        return self.gone(request, str(pk)) if row is None else bundle_file(request, row)

    def verifier_view(self, request: HttpRequest) -> HttpResponse:
        """The script that checks such a file."""
        self.row_or_none(request, "")
        return verifier_file()

    @admin.display(description="State")
    def standing(self, row: ApprovalRequest) -> SafeString:
        return badge(request_look(row))

    @admin.display(description="Amount")
    def how_much(self, row: ApprovalRequest) -> SafeString | str:
        return money(row.amount, row.currency) or NONE

    @admin.display(description="Who asks")
    def who(self, row: ApprovalRequest) -> SafeString | str:
        return row.requester_name or NONE

    @admin.display(description="Level")
    def level(self, row: ApprovalRequest) -> SafeString:
        return cut(" + ".join(level.name for level in row.open_levels))  # type: ignore[attr-defined]

    @admin.display(description="Waiting for")
    def waits_for(self, row: ApprovalRequest) -> SafeString:
        if row.state == ApprovalRequest.State.CHANGES_REQUESTED and row.is_open:
            return cut(row.requester_name)
        asked: list[str] = row.asked_now  # type: ignore[attr-defined]
        more = f" and {len(asked) - _NAMED} more" if len(asked) > _NAMED else ""
        return cut(", ".join(asked[:_NAMED]) + more)

    @admin.display(description="Since")
    def since(self, row: ApprovalRequest) -> SafeString:
        return when(row.created_at)

    @admin.display(description="Due")
    def due(self, row: ApprovalRequest) -> SafeString:
        levels: list[ApprovalLevel] = row.open_levels  # type: ignore[attr-defined]
        moments = [row.amend_by, *(level.due_at for level in levels)] if row.is_open else []
        first = min((moment for moment in moments if moment is not None), default=None)
        return when_due(first) if first else NONE


def _newest(rows: QuerySet) -> QuerySet:
    return rows.filter(pk__in=rows.order_by("-pk").values("pk")[:LOOKED_AT])
