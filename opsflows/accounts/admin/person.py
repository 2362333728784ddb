"""People: who is a member of the account, and as what."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.create_user import create_user
from opsflows.accounts.current import current_account, current_actor
from opsflows.accounts.grant_role import grant_role
from opsflows.accounts.members import Members
from opsflows.accounts.models import Membership
from opsflows.accounts.remove_member import remove_member
from opsflows.accounts.roles import PERMISSIONS, Permission, Role
from opsflows.accounts.set_manager import set_manager
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.markup import page_of, when
from opsflows.admin_site.pages import PageAdmin

#: People who are offered in a choice.
_MOST = 500


class PersonForm(forms.Form):
    """A new person with a role in the account."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["username"] = fields.text("Name to sign in with", max_length=150)
        self.fields["email"] = fields.email("Email")
        self.fields["password"] = fields.secret("First password", help_text="They can change it after signing in.")
        self.fields["role"] = fields.choice("Role", Role.choices, initial=Role.EDITOR)


class RoleForm(forms.Form):
    """Another role."""

    def __init__(self, *, row: Membership, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["role"] = fields.choice("Role", Role.choices, initial=row.role)


class ManagerForm(forms.Form):
    """Whom approvals ask where they say “manager”."""

    def __init__(self, *, row: Membership, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        known = Members(row.account_id).all()[:_MOST]
        others = [(str(user.pk), user.get_full_name() or user.username) for user in known if user.pk != row.user_id]
        self.fields["manager"] = fields.choice(
            "Manager", [("", "Nobody"), *others], required=False, initial=str(row.manager_id or "")
        )


def _set_manager(deed: Deed) -> str:
    row, user_id = deed.row, as_uuid(deed.data["manager"])
    manager = Members(row.account_id).by_id(user_id) if user_id else None
    set_manager(actor=deed.actor, membership=row, manager=manager, now=deed.now)
    return f"{manager or 'Nobody'} is {row.user}’s manager from now on."


def _change_role(deed: Deed) -> str:
    row, role = deed.row, deed.data["role"]
    changed = grant_role(actor=deed.actor, account=row.account, user=row.user, role=role, now=deed.now)
    return f"{deed.row.user} is {Role(changed.role).label.lower()} from now on."


def _remove(deed: Deed) -> str:
    remove_member(actor=deed.actor, membership=deed.row, now=deed.now)
    return f"{deed.row.user} is no member of this account any more."


@admin.register(Membership)
class PersonAdmin(PageAdmin):
    called = "people"
    may_add = True
    page_template = "admin/opsflows/person.html"
    list_display = ["person", "email", "role", "last_sign_in", "since"]
    list_select_related = ["user"]
    ordering = ["user__username"]
    search_help = "How the name begins that somebody signs in with"
    empty_title = "Nobody is a member yet"
    empty_text = "Add the people who work here, each with what they may do."
    acts = (
        Act(
            name="role",
            label="Change role",
            icon="badge",
            permission=Permission.ACCESS_MANAGE,
            question=lambda member: f"What {member.user} may do here, from the next page they open on.",
            perform=_change_role,
            form=RoleForm,
        ),
        Act(
            name="manager",
            label="Set manager",
            icon="supervisor_account",
            permission=Permission.ACCESS_MANAGE,
            question=lambda member: (
                f"Where a policy says “manager”, this person is asked about what {member.user} requests from now on."
            ),
            perform=_set_manager,
            form=ManagerForm,
        ),
        Act(
            name="remove",
            label="Remove from the account",
            icon="person_remove",
            permission=Permission.ACCESS_MANAGE,
            question=lambda member: (
                f"{member.user} loses access to this account, and API keys that act as them are refused from the next "
                "request on. What they did stays. They can be added again."
            ),
            perform=_remove,
            is_dangerous=True,
            ends_row=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("user", "account", "manager")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(user__username__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            account = current_account(request)
            user = create_user(actor=current_actor(request), account=account, **data, now=timezone.now())
            member = Membership.objects.get(account=account, user=user)
            self.log_addition(request, member, "Added the person.")
            messages.success(request, f"{user} can sign in.")
            return HttpResponseRedirect(page_of(member))

        form = PersonForm(request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create, heading="New person", submit="Add")

    def page_context(self, request: HttpRequest, row: Membership) -> dict[str, Any]:
        allowed = [permission.label for permission in Permission if permission in PERMISSIONS[row.role]]
        return {"title": str(row.user), "member": row, "allowed": allowed}

    @admin.display(description="Person")
    def person(self, row: Membership) -> str:
        return row.user.get_full_name() or row.user.username

    @admin.display(description="Email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description="Last signed in")
    def last_sign_in(self, row: Membership) -> SafeString:
        return when(row.user.last_login, "never")

    @admin.display(description="Member since")
    def since(self, row: Membership) -> SafeString:
        return when(row.created_at)
