"""The catalog: every event name that is known, with what it means."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site import fields as dressed
from opsflows.admin_site.markup import NONE, cut, link, list_of
from opsflows.admin_site.pages import ListAdmin
from opsflows.events.models import Event, EventType
from opsflows.events.names import name_problem
from opsflows.events.payload_fields import KINDS, payload_fields, read_lines, write_lines
from opsflows.jsontext import dump_json


def visible_types(request: HttpRequest) -> QuerySet[EventType]:
    """The entries of the account in use and those that everyone shares; all of them for a superuser without one."""
    membership = current_membership(request)
    if membership is not None:
        return EventType.objects.filter(Q(account=None) | Q(account=membership.account_id))
    return EventType.objects.all() if request.user.is_superuser else EventType.objects.none()


class CatalogForm(forms.ModelForm):
    #: What the person sees of the catalog; the admin sets it.
    known: ClassVar[QuerySet[EventType]]

    payload_lines = dressed.prose(
        "Fields it carries",
        rows=8,
        required=False,
        help_text=(
            "One to a line: name, kind and meaning, such as “value: number: What the contract is worth.” "
            f"Kinds: {', '.join(KINDS)}."
        ),
    )

    class Meta:
        model = EventType
        fields = ["event_name", "event_category", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("payload_lines", write_lines(self.instance.payload_schema))

    def clean_event_name(self) -> str:
        name: str = self.cleaned_data["event_name"]
        if problem := name_problem(name):
            raise ValidationError(problem)
        if self.known.filter(event_name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("The catalog has this event already.")
        return name

    def clean_payload_lines(self) -> str:
        lines: str = self.cleaned_data["payload_lines"]
        try:
            self.instance.payload_schema = read_lines(lines, before=self.instance.payload_schema)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return lines


@admin.register(EventType)
class CatalogAdmin(ListAdmin):
    called = "catalog"
    shares_rows = True
    may_add = may_change = True
    form = CatalogForm
    list_display = ["event_name", "event_category", "about", "whose", "events"]
    ordering = ["event_name"]
    search_help = "How an event's name begins"
    empty_title = "The catalog is empty"
    empty_text = "Names enter it by themselves with the first event that bears them."

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(event_name__startswith=term.lower())

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        shown = ["event_name", "event_category", "description", *(["usable"] if obj else [])]
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*shown, "payload_lines"] if may_edit else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event_name", "usable"] if obj else []

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.known = visible_types(request)
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

    @admin.display(description="Fields you can use in rules")
    def usable(self, row: EventType) -> SafeString:
        found = payload_fields(row.payload_schema)
        if not found:
            return format_html(
                '<span class="ops-quiet">{}</span>',
                "None are described yet; an event's own page shows what it carried.",
            )
        lines = format_html_join(
            "",
            "<tr><td><code>{}</code></td><td>{}{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    field.name,
                    field.kind,
                    ", required" if field.is_certain else "",
                    field.meaning,
                    NONE if field.example is None else _example(field.example),
                )
                for field in found
            ),
        )
        return format_html(
            '<table class="ops-table"><thead><tr><th>Field</th><th>Kind</th><th>What it means</th><th>For example</th>'
            "</tr></thead><tbody>{}</tbody></table>",
            lines,
        )


def _example(value: Any) -> SafeString:
    return format_html("<code>{}</code>", value if isinstance(value, str) else dump_json(value))
