"""Accounts: name, time zone and whether they ask for four eyes, and the choice of the one to work in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.change_account import change_account
from opsflows.accounts.current import choose_account, current_membership
from opsflows.accounts.models import Membership, PlatformAccount
from opsflows.accounts.roles import Role
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.pages import ListAdmin

#: What an account says of itself; a verb changes it and leaves a trace.
_OWN = frozenset({"name", "timezone", "requires_four_eyes"})


def _role(request: HttpRequest, account: PlatformAccount) -> str | None:
    """A superuser need not be a member."""
    membership = current_membership(request)
    if request.user.is_superuser:
        return Role.ADMIN
    return membership.role if membership and membership.account_id == account.pk else None


@admin.register(PlatformAccount)
class AccountAdmin(ListAdmin):
    account_path = "pk"
    superusers_see_all = True
    may_add = may_change = True
    list_display = ["name", "slug", "timezone", "is_active"]
    fields = ["name", "slug", "timezone", "requires_four_eyes", "is_active"]
    ordering = ["name"]
    search_help = "How an account's name begins"
    empty_text = "Create one with manage.py setup."

    def get_urls(self) -> list[URLPattern]:
        choose = path("choose/", self.admin_site.admin_view(self.choose), name="accounts_platformaccount_choose")
        urls: list[URLPattern] = super().get_urls()
        return [choose, *urls]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form: type[forms.ModelForm] = super().get_form(request, *args, **kwargs)
        if "timezone" in form.base_fields:
            form.base_fields["timezone"].help_text = "Dates and schedules are meant in it, such as Europe/Berlin."
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Addresses and switches of whole accounts are the installation's; the rest is for the account to say."""
        return () if request.user.is_superuser else ("slug", "is_active")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        own = {key: form.cleaned_data[key] for key in form.changed_data if key in _OWN}
        if change:
            actor = Actor(account_id=obj.pk, user_id=request.user.pk, role=_role(request, obj), door="admin")
            change_account(actor=actor, account=obj, now=timezone.now(), **own)
        if not change or form.changed_data != list(own):
            super().save_model(request, obj, form, change)

    def search(self, request: HttpRequest, rows: Any, term: str) -> Any:
        return rows.filter(name__istartswith=term)

    def choose(self, request: HttpRequest) -> HttpResponse:
        """GET shows the accounts of the signed-in person, POST changes to one of them."""
        if request.method == "POST":
            account = get_object_or_404(PlatformAccount, pk=as_uuid(request.POST.get("account", "")))
            try:
                choose_account(request, account=account)
            except Forbidden as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"You work in {account.name} now.")
            return HttpResponseRedirect(reverse("admin:index"))
        request.current_app = self.admin_site.name
        mine = Membership.objects.filter(user=request.user.pk, account__is_active=True).select_related("account")
        context = {
            **self.admin_site.each_context(request),
            "title": "Switch account",
            "memberships": mine.order_by("account__name"),
            "current": current_membership(request),
        }
        return TemplateResponse(request, "admin/opsflows/choose_account.html", context)
