"""Retention: how long each kind of row is kept, what a cleaning would delete now, and the form that changes it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.changelist import PagedChangeList
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.markup import Look, badge, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.upkeep.models import MOST_DAYS, RetentionPolicy
from opsflows.upkeep.retention.kinds import KINDS
from opsflows.upkeep.retention.policies import policies_of, set_policy
from opsflows.upkeep.retention.preview import preview

_ON = Look("On", "done", "auto_delete")
_OFF = Look("Kept for good", "off", "all_inclusive")


class PolicyForm(forms.Form):
    """How long, and whether at all."""

    def __init__(self, *, row: RetentionPolicy, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        kind = KINDS[row.kind]
        because = f": {kind.why_least}" if kind.why_least else ""
        self.fields["keep_days"] = fields.number(
            "Days to keep",
            min_value=1,
            max_value=MOST_DAYS,
            initial=row.keep_days,
            help_text=f"At least {kind.least_days}{because}. OpsFlows ships with {kind.keep_days}.",
        )
        self.fields["is_active"] = fields.switch(
            "Delete what is older", initial=row.is_active, help_text="Off: all of it is kept for good."
        )


def _change(deed: Deed) -> str:
    policy = set_policy(
        actor=deed.actor, kind=deed.row.kind, keep_days=deed.data["keep_days"], is_active=deed.data["is_active"]
    )
    return f"{_keeps(policy)}, from the next cleaning on." if policy.is_active else "All of it is kept from now on."


def _question(row: RetentionPolicy) -> str:
    now = preview(account_id=row.account_id, kind=row.kind, now=timezone.now())
    return f"By what holds now: {now.sentence} Nothing is deleted before the next cleaning; what is then is gone."


class PolicyList(PagedChangeList):
    """Every kind, whether or not the account has decided about it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        membership = current_membership(request)
        if membership is not None:
            self.result_list = list(policies_of(membership.account_id).values())
            self.result_count = self.full_result_count = len(self.result_list)


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(PageAdmin):
    called = "retention"
    page_template = "admin/opsflows/retention.html"
    list_display = ["rows", "state", "keeps", "whose", "what"]
    ordering = ["kind"]
    list_before_template = "admin/opsflows/retention_intro.html"
    empty_title = "No account, no policies"
    empty_text = "Each account keeps its rows as long as it decides. Become a member of one to see its policies."
    acts = (
        Act(
            name="decide",
            label="Change",
            icon="edit",
            permission=Permission.ACCOUNT_MANAGE,
            question=_question,
            perform=_change,
            form=PolicyForm,
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return PolicyList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """The account's own policy, or the one that OpsFlows ships, which has its id before it is a row."""
        membership, wanted = current_membership(request), as_uuid(object_id)
        if membership is None:
            found: Model | None = super().get_object(request, object_id, from_field)
            return found
        return next((row for row in policies_of(membership.account_id).values() if row.pk == wanted), None)

    def page_context(self, request: HttpRequest, row: RetentionPolicy) -> dict[str, Any]:
        look = _ON if row.is_active else _OFF
        return {
            "policy": row,
            "kind": KINDS[row.kind],
            "look": look,
            "badge": badge(look),
            "keeps": _keeps(row),
            "is_own": not row._state.adding,
            "preview": preview(account_id=row.account_id, kind=row.kind, now=timezone.now()),
        }

    @admin.display(description="What")
    def rows(self, row: RetentionPolicy) -> str:
        return str(row)

    @admin.display(description="State")
    def state(self, row: RetentionPolicy) -> SafeString:
        return badge(_ON if row.is_active else _OFF)

    @admin.display(description="Kept for")
    def keeps(self, row: RetentionPolicy) -> str:
        return f"{row.keep_days:,} days" if row.is_active else "good"

    @admin.display(description="Decided")
    def whose(self, row: RetentionPolicy) -> SafeString | str:
        return "as OpsFlows ships" if row._state.adding else when(row.updated_at)

    @admin.display(description="Deletes")
    def what(self, row: RetentionPolicy) -> str:
        return KINDS[row.kind].what


def _keeps(row: RetentionPolicy) -> str:
    if not row.is_active:
        return "All of it is kept for good"
    return f"What is older than {row.keep_days:,} day{'' if row.keep_days == 1 else 's'} is deleted"
