"""Recipients: what the names in rules stand for."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from opsflows.accounts.admin.named import NamedForm, own, plain
from opsflows.accounts.models import Recipient
from opsflows.admin_site.markup import Look, badge, cut
from opsflows.admin_site.pages import ListAdmin

_TARGETS = {
    "": "Nobody yet",
    "person": "A person",
    "team": "A team",
    "event_field": "Whoever the event names",
    "addresses": "Email addresses",
}
_NOBODY = Look("Nobody yet", "attention", "person_off")


class RecipientForm(NamedForm):
    stands_for = forms.ChoiceField(
        label="Stands for", choices=list(_TARGETS.items()), required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Recipient
        fields = ["name", "person", "team", "event_field", "addresses"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Absent where the person may only look.
        if "person" in self.fields:
            self.fields["stands_for"].initial = _target(self.instance)
            self.fields["person"].help_text = "A member of this account."
            self.fields["team"].help_text = "Everybody in it is written to; a task goes to the next in turn."
            self.fields["event_field"].label = "Field of the event"

    def clean_addresses(self) -> str:
        addresses = self.cleaned_data["addresses"].replace(",", " ").replace(";", " ").split()
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(f"{address[:80]!r} is not an email address, such as ops@example.com.") from None
        return "\n".join(dict.fromkeys(addresses))

    def clean(self) -> dict[str, Any]:
        """Keep the target that was chosen, empty the others."""
        data: dict[str, Any] = dict(super().clean() or {})
        chosen = data.get("stands_for", "")
        for field in ("person", "team", "event_field", "addresses"):
            if field != chosen:
                self.errors.pop(field, None)
                data[field] = None if field in ("person", "team") else ""
            elif not data.get(field) and field not in self.errors:
                self.add_error(field, f"Say which, or choose “{_TARGETS['']}”.")
        return data


@admin.register(Recipient)
class RecipientAdmin(ListAdmin):
    may_add = may_change = may_delete = True
    form = RecipientForm
    fields = ["name", "stands_for", "person", "team", "event_field", "addresses"]
    conditional_fields = {field: f"stands_for == '{field}'" for field in _TARGETS if field}
    readonly_fields = ["whom"]
    list_display = ["name", "whom"]
    list_select_related = ["person", "team"]
    ordering = ["name_key"]
    search_help = "How a recipient's name begins"
    empty_title = "No recipients yet"
    empty_text = "Rules name people by what they do, such as account_owner. Here you say who that is."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.defer("person__password")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        return plain(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Somebody who may only look is told in words."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fields if may_write else ["name", "whom"]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return own(super().get_form(request, *args, **kwargs), request)

    @admin.display(description="Stands for")
    def whom(self, recipient: Recipient) -> SafeString | str:
        if recipient.is_nobody_yet:
            return badge(_NOBODY)
        if recipient.team is not None:
            return f"The team {recipient.team}"
        if recipient.event_field:
            return f"Whoever the event names in {recipient.event_field}"
        if recipient.addresses:
            return cut(", ".join(recipient.addresses.split()))
        return str(recipient.person)


def _target(recipient: Recipient) -> str:
    if recipient.person_id:
        return "person"
    if recipient.team_id:
        return "team"
    return "event_field" if recipient.event_field else "addresses" if recipient.addresses else ""
