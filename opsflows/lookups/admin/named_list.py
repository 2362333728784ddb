"""Lists in the admin: the account's own, and those that came with the house."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, cut, page_of
from opsflows.admin_site.pages import PageAdmin
from opsflows.lookups.admin.used_by import on_removal, renew_act, used_by_context
from opsflows.lookups.find import lists_of
from opsflows.lookups.models import NamedList
from opsflows.lookups.names import MAX_NAME
from opsflows.lookups.save_list import change_list, create_list, remove_list
from opsflows.rules.conditions.named import LIST

_OWN = Look("Yours", "done", "edit_document")
_SHIPPED = Look("Came with OpsFlows", "waiting", "inventory_2")
#: In the list of them, where there is less room.
_HOUSE = Look("OpsFlows", "waiting", "inventory_2")
_CONTENT = "values"
_EXAMPLES = 6


class ListForm(forms.Form):
    """Other values of `row`, or a new list where there is none."""

    def __init__(self, *, row: NamedList | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        if row is None:
            self.fields["name"] = fields.text("Name", max_length=MAX_NAME, help_text="What conditions call it.")
        about = row.description if row else ""
        self.fields["description"] = fields.text("What it is for", max_length=255, required=False, initial=about)
        self.fields["values"] = fields.prose(
            "Values",
            rows=14,
            initial="\n".join(row.values) if row else "",
            help_text="One to a line. They are compared as “is one of” compares: capitals count.",
        )

    def clean_values(self) -> list[str]:
        text: str = self.cleaned_data["values"]
        return text.splitlines()


def _change(deed: Deed) -> str:
    data = deed.data
    change_list(actor=deed.actor, named_list=deed.row, values=data["values"], description=data["description"])
    return "The list is changed. Workflows that are published keep the older values until they are given the new ones."


def _make_own(deed: Deed) -> str:
    create_list(actor=deed.actor, name=deed.row.name, **{key: deed.data[key] for key in ("values", "description")})
    return f"“{deed.row.name}” is yours now: it counts in place of the one that came with OpsFlows."


def _remove(deed: Deed) -> str:
    remove_list(actor=deed.actor, named_list=deed.row)
    return f"Your “{deed.row.name}” is gone."


def _is_own(row: NamedList) -> bool:
    return row.account_id is not None


ACTS = (
    renew_act(LIST, _CONTENT),
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: "Workflows that are published keep the older values until they are given the new ones.",
        perform=_change,
        is_possible=_is_own,
        form=ListForm,
    ),
    Act(
        name="make-own",
        label="Make it ours",
        icon="edit_document",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: "Your own edition counts in place of the list that came with OpsFlows.",
        perform=_make_own,
        is_possible=lambda row: not _is_own(row),
        form=ListForm,
        ends_row=True,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: (
            f"If a list of this name came with OpsFlows, that one counts again. {on_removal(row, LIST)}"
        ),
        perform=_remove,
        is_possible=_is_own,
        is_dangerous=True,
        ends_row=True,
    ),
)


@admin.register(NamedList)
class NamedListAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/named_list.html"
    acts = ACTS
    list_display = ["name", "about", "holds", "whose"]
    ordering = ["name", "pk"]
    search_help = "How a list's name begins"
    empty_title = "No lists yet"
    empty_text = (
        "Values under a name, such as the countries that you sell to or the competitors you watch. Conditions compare "
        "with all of them at once: country is on the list EU."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """What counts in the account: its own, and the house's where it has none of the name."""
        membership = current_membership(request)
        if membership is None:
            rows = NamedList.objects.all()
            return rows if request.user.is_superuser else rows.none()
        own = NamedList.objects.filter(account=membership.account_id).values("name")
        return lists_of(membership.account_id).exclude(account=None, name__in=own)

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            membership = current_membership(request)
            row.seen_by = membership.account_id if membership else row.account_id
        return row

    def page_context(self, request: HttpRequest, row: NamedList) -> dict[str, Any]:
        look = _OWN if row.account_id else _SHIPPED
        return {"list": row, "look": look, "badge": badge(look), **used_by_context(row, LIST, _CONTENT)}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            named = create_list(actor=current_actor(request), **data)
            self.log_addition(request, named, "Made the list.")
            messages.success(request, f"Conditions can compare with “{named.name}” now.")
            return HttpResponseRedirect(page_of(named))

        form = ListForm(data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create)

    @admin.display(description="What it is for")
    def about(self, row: NamedList) -> SafeString:
        return cut(row.description)

    @admin.display(description="Values")
    def holds(self, row: NamedList) -> SafeString:
        more = f" and {len(row.values) - _EXAMPLES:,} more" if len(row.values) > _EXAMPLES else ""
        return cut(", ".join(row.values[:_EXAMPLES]) + more)

    @admin.display(description="Whose")
    def whose(self, row: NamedList) -> SafeString:
        return badge(_OWN if row.account_id else _HOUSE)
