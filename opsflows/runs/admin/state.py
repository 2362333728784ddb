"""Values that are kept between runs, in the admin: what they are, who wrote them, and how to correct them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.outbound import redact_value
from opsflows.rules.arithmetic import to_decimal
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.models import StateValue
from opsflows.runs.models.state import MAX_NAME
from opsflows.runs.states.correct import correct_value, forget_value, keep_value
from opsflows.workflows.models import Workflow

_SORTS = (("text", "Text, or a moment such as 2026-03-01T09:00:00Z"), ("number", "Number"), ("truth", "Yes or no"))
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
#: Workflows that the form offers.
_OFFERED = 500


class ValueForm(forms.Form):
    """Another value of `row`, or a new one where there is none."""

    def __init__(
        self,
        *,
        row: StateValue | None = None,
        data: Mapping[str, Any] | None = None,
        workflows: QuerySet[Workflow] | None = None,
    ) -> None:
        super().__init__(data)
        if row is None:
            self.fields["name"] = fields.text("Name", max_length=MAX_NAME, help_text="What steps call it.")
            offered = [] if workflows is None else list(workflows.values_list("pk", "workflow_name")[:_OFFERED])
            choices = [("", "All workflows"), *((str(pk), name) for pk, name in offered)]
            self.fields["workflow"] = fields.choice("Of", choices, required=False)
        value = row.value if row else ""
        self.fields["sort"] = fields.choice("What it is", _SORTS, initial=_sort_of(value))
        shown = "yes" if value is True else "no" if value is False else to_text(value)
        self.fields["value"] = fields.prose("Value", rows=3, initial=shown, strip=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        text = given.get("value", "")
        match given.get("sort"):
            case "number":
                number = to_decimal(text.strip())
                if number is None:
                    self.add_error("value", f"{excerpt(text)} is no number, such as 12 or 0.5.")
                given["value"] = _plain(number)
            case "truth":
                if text.strip().lower() not in _TRUTHS:
                    self.add_error("value", "Say yes or no.")
                given["value"] = _TRUTHS.get(text.strip().lower())
        return given


def _plain(number: Decimal | None) -> Any:
    return int(number) if number is not None and number == number.to_integral_value() else number


def _sort_of(value: Any) -> str:
    return "truth" if isinstance(value, bool) else "number" if isinstance(value, int | Decimal) else "text"


def _correct(deed: Deed) -> str:
    correct_value(actor=deed.actor, state=deed.row, value=deed.data["value"], now=deed.now)
    return "The value is corrected; runs that begin from now on read it."


def _forget(deed: Deed) -> str:
    forget_value(actor=deed.actor, state=deed.row, now=deed.now)
    return f"“{deed.row.name}” is forgotten."


ACTS = (
    Act(
        name="correct",
        label="Correct",
        icon="edit",
        permission=Permission.RUNS_OPERATE,
        question=lambda row: (
            "Steps read the new value from now on. A run under way that has set the value already writes over it when "
            "it succeeds."
        ),
        perform=_correct,
        # Lists and objects were written by a step, and do not fit into a line.
        is_possible=lambda row: not isinstance(row.value, dict | list),
        form=ValueForm,
    ),
    Act(
        name="forget",
        label="Forget",
        icon="delete",
        permission=Permission.RUNS_OPERATE,
        question=lambda row: (
            f"“{row.name}” is kept no longer: the next step that reads it finds nothing, as on the first day."
        ),
        perform=_forget,
        is_dangerous=True,
        ends_row=True,
    ),
)


@admin.register(StateValue)
class StateValueAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/state.html"
    acts = ACTS
    list_display = ["name", "whose", "shown", "written"]
    list_select_related = ["workflow"]
    ordering = ["name", "pk"]
    search_help = "How a value's name begins"
    empty_title = "Nothing is kept yet"
    empty_text = (
        "The step “Keep a value between runs” keeps where a sync ended, or counts what came: the next run reads it."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def page_context(self, request: HttpRequest, row: StateValue) -> dict[str, Any]:
        return {"state": row, "value": document(redact_value({row.name: row.value})[row.name])}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            row = keep_value(
                actor=current_actor(request),
                name=data["name"],
                value=data["value"],
                workflow_id=data["workflow"] or None,
                now=timezone.now(),
            )
            self.log_addition(request, row, "Kept the value.")
            messages.success(request, f"Steps can read “{row.name}” now.")
            return HttpResponseRedirect(page_of(row))

        membership = current_membership(request)
        workflows = Workflow.objects.filter(account=membership.account_id) if membership else Workflow.objects.none()
        data = request.POST if request.method == "POST" else None
        return add_page(self, request, ValueForm(data=data, workflows=workflows.order_by("workflow_name")), create)

    @admin.display(description="Of")
    def whose(self, row: StateValue) -> str:
        return row.workflow.workflow_name if row.workflow else "All workflows"

    @admin.display(description="Value")
    def shown(self, row: StateValue) -> SafeString:
        return cut(to_text(redact_value({row.name: row.value})[row.name])[:200])

    @admin.display(description="Written")
    def written(self, row: StateValue) -> SafeString:
        return when(row.updated_at)
