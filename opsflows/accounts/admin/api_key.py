"""API keys: the list, a new key shown once, and revoking one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_account, current_actor, current_membership
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import ApiKey, User
from opsflows.accounts.revoke_key import revoke_key
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, page_of, when
from opsflows.admin_site.pages import PageAdmin

_LIFETIMES = {"": "It does not expire", "30": "In 30 days", "90": "In 90 days", "365": "In a year"}


class KeyForm(forms.Form):
    """A new key of the account: for what, as whom, how far, how long."""

    def __init__(self, *, people: QuerySet[User], data: Mapping[str, Any] | None = None, me: Any = None) -> None:
        super().__init__(data)
        offered = [(str(pk), name) for pk, name in people.values_list("pk", "username")]
        self.people = people
        self.fields["name"] = fields.text("What it is for", max_length=255, help_text="Such as “Billing service”.")
        self.fields["user"] = fields.choice("Acts as", offered, initial=str(me), help_text="It may do what they may.")
        self.fields["scopes"] = fields.choices(
            "Only for", Permission.choices, required=False, help_text="Nothing chosen: whatever the person may do."
        )
        self.fields["expires"] = fields.choice("Expires", _LIFETIMES.items(), required=False)
        self.fields["deduplicate_by_content"] = fields.switch(
            "Equal events are one",
            help_text="Events without an Idempotency-Key count as the same when type, source and payload are equal.",
        )


def _revoke(deed: Deed) -> str:
    revoke_key(actor=deed.actor, key=deed.row, now=deed.now)
    return "The key is revoked: it is refused from the next request on, and so are the tokens made from it."


@admin.register(ApiKey)
class ApiKeyAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/api_key.html"
    list_display = ["name", "state", "starts_with", "acts_as", "last_used", "expires"]
    ordering = ["name", "pk"]
    search_help = "How a key's name begins"
    empty_title = "No API keys yet"
    empty_text = "A program that sends events or creates workflows signs in with a key. It acts as one of you."
    acts = (
        Act(
            name="revoke",
            label="Revoke",
            icon="key_off",
            permission=Permission.ACCESS_MANAGE,
            question=lambda key: (
                f"Programs that use “{key.name}” are refused from their next request on. This cannot be undone."
            ),
            perform=_revoke,
            is_possible=lambda key: key.revoked_at is None,
            is_dangerous=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("user").defer("key_hash")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        people = self._people(request)

        def create(data: dict[str, Any]) -> HttpResponse:
            now = timezone.now()
            days = data["expires"]
            user = people.filter(pk=data["user"]).first()
            if user is None:
                raise ValidationError({"user": "Choose a member of this account."})
            issued = issue_key(
                actor=current_actor(request),
                account=current_account(request),
                user=user,
                name=data["name"],
                scopes=data["scopes"] or None,
                expires_at=now + timedelta(days=int(days)) if days else None,
                deduplicate_by_content=data["deduplicate_by_content"],
                now=now,
            )
            self.log_addition(request, issued.row, "Issued the key.")
            frame = self.frame(request, "New API key")
            context = {**frame, "key": issued.row, "text": issued.text, "page": page_of(issued.row)}
            # In the answer itself: a message would pass through a cookie, and an address through logs.
            return TemplateResponse(request, "admin/opsflows/key_issued.html", context)

        data = request.POST if request.method == "POST" else None
        form = KeyForm(people=people, data=data, me=request.user.pk)
        return add_page(self, request, form, create, heading="New API key")

    def page_context(self, request: HttpRequest, row: ApiKey) -> dict[str, Any]:
        chosen = row.scopes if isinstance(row.scopes, list) else []
        look = _look(row)
        return {
            "key": row,
            "look": look,
            "badge": badge(look),
            "scopes": [Permission(scope).label for scope in chosen if scope in Permission.values],
        }

    def _people(self, request: HttpRequest) -> QuerySet[User]:
        membership = current_membership(request)
        if membership is None:
            return User.objects.none()
        rows = User.objects.filter(memberships__account=membership.account_id, is_active=True)
        return rows.order_by("username")

    @admin.display(description="State")
    def state(self, key: ApiKey) -> SafeString:
        return badge(_look(key))

    @admin.display(description="Begins with")
    def starts_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description="Acts as")
    def acts_as(self, key: ApiKey) -> str:
        return key.user.username

    @admin.display(description="Last used")
    def last_used(self, key: ApiKey) -> SafeString:
        return when(key.last_used_at, "never")

    @admin.display(description="Expires")
    def expires(self, key: ApiKey) -> SafeString:
        return when(key.expires_at, "never")


def _look(key: ApiKey) -> Look:
    if key.revoked_at is not None:
        return Look("Revoked", "off", "key_off")
    if key.expires_at is not None and key.expires_at <= timezone.now():
        return Look("Expired", "off", "timer_off")
    return Look("Valid", "done", "key")
