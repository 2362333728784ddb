"""Events that a consumer could not take: they wait here until they are handed over again."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import Look, badge, cut, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.events.hand_over import StillFails, hand_over
from opsflows.events.models import Event, RoutingFailure

WAITING = Look("Set aside", "attention", "report")
RESOLVED = Look("Handed over", "done", "check_circle")


def unresolved(rows: QuerySet) -> QuerySet:
    """What still has to be handed over."""
    return rows.filter(resolved_at=None)


class StateFilter(ChoiceFilter):
    title = "State"
    parameter_name = "state"
    all_label = "Set aside and handed over"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("waiting", "Still set aside")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return unresolved(rows)


def _again(deed: Deed) -> str:
    try:
        hand_over(actor=deed.actor, failure=deed.row, now=deed.now)
    except StillFails as error:
        raise Refused(f"It failed again: {error}") from None
    return f"The event was handed to {deed.row.consumer}."


@admin.register(RoutingFailure)
class SetAsideAdmin(PageAdmin):
    account_path = "event__account"
    newest_first = True
    called = "set aside"
    page_template = "admin/opsflows/set_aside.html"
    list_display = ["event_name", "state", "consumer", "failed", "what"]
    list_filter = [StateFilter]
    list_select_related = ["event"]
    actions = ["hand_over_again"]
    empty_title = "Nothing is set aside"
    empty_text = (
        "An event that one part of OpsFlows cannot take waits here, while the others go on. Hand it over again once "
        "the cause is gone."
    )
    acts = (
        Act(
            name="again",
            label="Hand over again",
            icon="replay",
            permission=Permission.RUNS_OPERATE,
            question=lambda failure: (
                f"The event is handed to “{failure.consumer}” once more. If it fails again, nothing changes."
            ),
            perform=_again,
            is_possible=lambda failure: failure.resolved_at is None,
        ),
    )

    def of_account(self, rows: QuerySet, account_id: uuid.UUID) -> QuerySet:
        # Not by a join: databases would begin with the events of the account, of which there are many.
        return rows.filter(Exists(Event.objects.filter(pk=OuterRef("event"), account=account_id)))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("event").defer("event__source_label")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return self.acts[0].may(request)

    @admin.action(description="Hand over again", permissions=["operate"])
    def hand_over_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        actor = current_actor(request)
        failed: list[str] = []
        chosen = list(unresolved(queryset)[: self.list_per_page])
        for failure in chosen:
            try:
                hand_over(actor=actor, failure=failure, now=timezone.now())
            except StillFails as error:
                failed.append(str(error))
        if len(failed) < len(chosen):
            messages.success(request, f"Handed over: {len(chosen) - len(failed)}.")
        if failed:
            messages.error(request, f"{len(failed)} failed again. The first: {failed[0]}")

    def page_context(self, request: HttpRequest, row: RoutingFailure) -> dict[str, Any]:
        return {"title": str(row.event), "failure": row, "badge": badge(_look(row)), "look": _look(row)}

    @admin.display(description="Event")
    def event_name(self, row: RoutingFailure) -> str:
        return row.event.name

    @admin.display(description="State")
    def state(self, row: RoutingFailure) -> SafeString:
        return badge(_look(row))

    @admin.display(description="When")
    def failed(self, row: RoutingFailure) -> SafeString:
        return when(row.failed_at)

    @admin.display(description="What went wrong")
    def what(self, row: RoutingFailure) -> SafeString:
        return cut(row.error)


def _look(row: RoutingFailure) -> Look:
    return RESOLVED if row.resolved_at else WAITING
