"""Who stands in for whom, in the admin: everybody's, for those who manage approvals. One's own is in the inbox."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.members import Members
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.admin_site.markup import Look, badge, cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.approvals.models import Delegation
from opsflows.approvals.people.delegate import delegate, revoke_delegation
from opsflows.approvals.voice import called

_AHEAD = Look("To come", "waiting", "event_upcoming")
_NOW = Look("Away now", "running", "flight_takeoff")
_OVER = Look("Over", "off", "done_all")
_REVOKED = Look("Ended early", "off", "undo")
_MOST = 500


class DelegationForm(forms.Form):
    """Somebody is away for a while. Times are those of the account."""

    def __init__(self, *, account: PlatformAccount | None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        known = Members(account.pk).all()[:_MOST] if account else []
        people = [("", "choose …"), *((str(user.pk), called(user)) for user in known)]
        zone = f"By the clocks of {account.timezone}." if account else ""
        self.fields["person"] = fields.choice("Who is away", people)
        self.fields["stand_in"] = fields.choice("Who stands in", people)
        self.fields["starts_at"] = _moment("From", zone)
        self.fields["ends_at"] = _moment("Until", zone)
        self.fields["reason"] = fields.text("Why", max_length=255, required=False, help_text="Such as holidays.")


class WhenFilter(ChoiceFilter):
    title = "When"
    parameter_name = "when"
    all_label = "Any time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("now", "Away now"), ("ahead", "To come")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        now = timezone.now()
        rows = rows.filter(revoked_at=None, ends_at__gt=now)
        return rows.filter(starts_at__gt=now) if value == "ahead" else rows.filter(starts_at__lte=now)


def _revoke(deed: Deed) -> str:
    row = revoke_delegation(actor=deed.actor, delegation_id=deed.row.pk, now=deed.now)
    return f"{called(row.stand_in)} does not stand in for {called(row.person)} any more."


@admin.register(Delegation)
class DelegationAdmin(PageAdmin):
    called = "delegations"
    may_add = True
    page_template = "admin/opsflows/approval_delegation.html"
    list_display = ["who", "state", "instead", "starts", "ends", "why"]
    list_filter = [WhenFilter]
    list_select_related = ["person", "stand_in"]
    ordering = ["-starts_at", "-pk"]
    search_help = "How the name begins that somebody signs in with who is away"
    empty_title = "Nobody is away"
    empty_text = (
        "While somebody is away, somebody else is asked in their place: what waits for them goes over when it begins, "
        "and what comes new goes to the other at once. People say so themselves in their inbox."
    )
    acts = (
        Act(
            name="revoke",
            label="End it now",
            icon="undo",
            permission=Permission.APPROVALS_MANAGE,
            question=lambda row: (
                f"{called(row.person)} is asked again from now on. What was handed over stays with "
                f"{called(row.stand_in)}."
            ),
            perform=_revoke,
            is_possible=lambda row: row.revoked_at is None and row.ends_at > timezone.now(),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("person", "stand_in", "account")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(person__username__istartswith=term)

    def page_context(self, request: HttpRequest, row: Delegation) -> dict[str, Any]:
        look = _look(row)
        return {"delegation": row, "badge": badge(look), "person": called(row.person), "instead": called(row.stand_in)}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            people = {f"{name}_id": as_uuid(data[name]) for name in ("person", "stand_in")}
            if missing := [name for name, pk in people.items() if pk is None]:
                raise ValidationError({missing[0].removesuffix("_id"): "Choose somebody."})
            times = {name: data[name] for name in ("starts_at", "ends_at")}
            actor, now = current_actor(request), timezone.now()
            row = delegate(actor=actor, **people, **times, reason=data["reason"], now=now)  # type: ignore[arg-type]
            self.log_addition(request, row, "Said who stands in.")
            messages.success(request, f"{called(row.stand_in)} stands in for {called(row.person)}.")
            return HttpResponseRedirect(page_of(row))

        membership = current_membership(request)
        data = request.POST if request.method == "POST" else None
        form = DelegationForm(account=membership.account if membership else None, data=data)
        return add_page(self, request, form, create, heading="Somebody is away", submit="Save")

    @admin.display(description="Who is away")
    def who(self, row: Delegation) -> str:
        return called(row.person)

    @admin.display(description="State")
    def state(self, row: Delegation) -> SafeString:
        return badge(_look(row))

    @admin.display(description="Stands in")
    def instead(self, row: Delegation) -> str:
        return called(row.stand_in)

    @admin.display(description="From")
    def starts(self, row: Delegation) -> SafeString:
        return when(row.starts_at)

    @admin.display(description="Until")
    def ends(self, row: Delegation) -> SafeString:
        return when(row.revoked_at or row.ends_at)

    @admin.display(description="Why")
    def why(self, row: Delegation) -> SafeString:
        return cut(row.reason)


def _look(row: Delegation) -> Look:
    now: datetime = timezone.now()
    if row.revoked_at is not None:
        return _REVOKED
    if row.ends_at <= now:
        return _OVER
    return _NOW if row.starts_at <= now else _AHEAD


def _moment(label: str, hint: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        help_text=hint,
        error_messages={"invalid": "Give a day and a time, such as 2026-03-31T08:00."},
    )
