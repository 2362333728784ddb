"""The catalog: every event name that is known, with what it means."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site.markup import cut, link, list_of
from opsflows.admin_site.pages import ListAdmin
from opsflows.events.models import Event, EventType
from opsflows.events.names import name_problem


def visible_types(request: HttpRequest) -> QuerySet[EventType]:
    """The entries of the account in use and those that everyone shares; all of them for a superuser without one."""
    membership = current_membership(request)
    if membership is not None:
        return EventType.objects.filter(Q(account=None) | Q(account=membership.account_id))
    return EventType.objects.all() if request.user.is_superuser else EventType.objects.none()


class CatalogForm(forms.ModelForm):
    #: What the person sees of the catalog; the admin sets it.
    known: ClassVar[QuerySet[EventType]]

    class Meta:
        model = EventType
        fields = ["event_name", "event_category", "description", "payload_schema"]

    def clean_event_name(self) -> str:
        name: str = self.cleaned_data["event_name"]
        if problem := name_problem(name):
            raise ValidationError(problem)
        if self.known.filter(event_name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("The catalog has this event already.")
        return name


@admin.register(EventType)
class CatalogAdmin(ListAdmin):
    called = "catalog"
    may_add = may_change = True
    form = CatalogForm
    fields = ["event_name", "event_category", "description", "payload_schema"]
    list_display = ["event_name", "event_category", "about", "whose", "events"]
    ordering = ["event_name"]
    search_help = "How an event's name begins"
    empty_title = "The catalog is empty"
    empty_text = "Names enter it by themselves with the first event that bears them."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return visible_types(request)

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(event_name__startswith=term.lower())

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What everyone shares, only a superuser changes."""
        shared = isinstance(obj, EventType) and obj.account_id is None
        return super().has_change_permission(request, obj) and (not shared or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event_name"] if obj else []

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.known = visible_types(request)
        if "payload_schema" in form.base_fields:
            form.base_fields["payload_schema"].help_text = "JSON Schema of what the event carries; for people to read."
        return form

    def save_model(self, request: HttpRequest, obj: EventType, form: forms.ModelForm, change: bool) -> None:
        if not change:
            membership = current_membership(request)
            obj.account = membership.account if membership else None
            obj.is_system_event, obj.is_customizable = False, True
        super().save_model(request, obj, form, change)

    @admin.display(description="What it means")
    def about(self, row: EventType) -> SafeString:
        return cut(row.description)

    @admin.display(description="Whose")
    def whose(self, row: EventType) -> str:
        return "Yours" if row.account_id else "Everyone's"

    @admin.display(description="")
    def events(self, row: EventType) -> SafeString:
        return link(list_of(Event, f"?q={row.event_name}"), "Show events")
