"""Request forms in the admin: the list, a page with a preview and who listens, and the fields without JSON."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, cut, list_of, page_of
from opsflows.admin_site.pages import PageAdmin
from opsflows.approvals.admin.form_acts import ACTS, EDIT, DefinitionForm
from opsflows.approvals.forms.input import RequestInput, people_of
from opsflows.approvals.forms.kinds import read_fields
from opsflows.approvals.forms.save_form import create_form
from opsflows.approvals.forms.sent_form import workflows_of
from opsflows.approvals.forms.starting_forms import STARTING_FORMS, add_starting_form
from opsflows.approvals.models import FormSubmission, RequestForm
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.models import Workflow

_OFFERED = Look("Offered", "done", "visibility")
_OFF = Look("Switched off", "off", "visibility_off")
_UNHEARD = Look("Nobody listens", "attention", "hearing_disabled")
_FORM_TEMPLATE = "admin/opsflows/request_form_form.html"
#: What was sent lately, on a form's page.
_LATELY = 5


@admin.register(RequestForm)
class RequestFormAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/request_form.html"
    acts = ACTS
    list_display = ["name", "about", "event_name", "number_of_fields", "state"]
    ordering = ["name_key", "pk"]
    search_help = "How a form's name begins"
    empty_title = "No request forms yet"
    empty_text = (
        "A form asks people what has to be known, such as the amount of an expense, and its event starts a workflow, "
        "which asks for approval. Begin with one of these, or make your own."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.starting_view)
        urls: list[URLPattern] = super().get_urls()
        return [path("ready-made/", view, name="approvals_requestform_starting"), *urls]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"starting_forms": STARTING_FORMS, **(extra_context or {})}
        return super().changelist_view(request, context)

    def starting_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows the ready-made forms, POST takes one over."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if request.method == "POST":
            try:
                chosen = request.POST.get("starting", "")
                form = add_starting_form(actor=current_actor(request), starting=chosen, now=timezone.now())
            except Forbidden:
                raise PermissionDenied from None
            except ValidationError as error:
                for problem in error.messages:
                    messages.error(request, problem)
                return HttpResponseRedirect(list_of(RequestForm))
            self.log_addition(request, form, "Took over the ready-made form.")
            messages.success(request, f"“{form.name}” is offered now. Change it as you like.")
            return HttpResponseRedirect(page_of(form))
        context = {**self.frame(request, "Ready-made forms"), "starting_forms": STARTING_FORMS}
        return TemplateResponse(request, "admin/opsflows/request_form_starting.html", context)

    def page_context(self, request: HttpRequest, row: RequestForm) -> dict[str, Any]:
        fields = read_fields(row.fields)
        workflows = workflows_of(row)
        return {
            "form": row,
            "fields": fields,
            "badge": badge(_OFFERED if row.is_active else _OFF),
            "unheard": badge(_UNHEARD),
            "rows": list(RequestInput(fields, people=people_of(row.account_id, fields)).rows()),
            "listening": [each for each in workflows if each.is_active],
            "resting": [(each, badge(look_of(each))) for each in workflows if not each.is_active],
            "lately": list(FormSubmission.objects.filter(form=row).select_related("submitted_by")[:_LATELY]),
            "fill_in_url": reverse("inbox:new-form", args=[row.pk]) if row.is_active else "",
            "may_open": current_actor(request).may(Permission.APPROVALS_MANAGE),
            "workflows_url": list_of(Workflow),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            made = create_form(actor=current_actor(request), now=timezone.now(), **data)
            self.log_addition(request, made, "Made the form.")
            messages.success(request, f"“{made.name}” is offered now, under New request.")
            return HttpResponseRedirect(page_of(made))

        form = DefinitionForm(data=request.POST if request.method == "POST" else None)
        return self._as_blocks(add_page(self, request, form, create, submit="Create"))

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        answer = super().act_view(request, object_id, act)
        return self._as_blocks(answer) if act.name == EDIT else answer

    def _as_blocks(self, answer: HttpResponse) -> HttpResponse:
        if isinstance(answer, TemplateResponse):
            answer.template_name = _FORM_TEMPLATE
        return answer

    @admin.display(description="What it is for")
    def about(self, form: RequestForm) -> SafeString:
        return cut(form.description)

    @admin.display(description="Fields")
    def number_of_fields(self, form: RequestForm) -> int:
        return len(form.fields)

    @admin.display(description="State")
    def state(self, form: RequestForm) -> SafeString:
        return badge(_OFFERED if form.is_active else _OFF)
