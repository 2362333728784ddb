"""Message templates: the list, a page with a preview and who sends it, and the form with a live preview."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site.acts import Act
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import Look, badge, cut, page_of
from opsflows.admin_site.pages import PageAdmin
from opsflows.messages.admin.preview import preview, samples
from opsflows.messages.admin.template_acts import ACTS, count_of, names_of, outdated, uses
from opsflows.messages.admin.template_form import TemplateForm
from opsflows.messages.find_template import content_of, templates_of
from opsflows.messages.models import MessageTemplate
from opsflows.messages.save_template import create_template
from opsflows.rules import grouped_variables
from opsflows.workflows.admin.looks import look_of

_OWN = Look("Yours", "done", "edit_document")
_SHIPPED = Look("Came with OpsFlows", "waiting", "inventory_2")
_FORM = "admin/opsflows/message_template_form.html"


@admin.register(MessageTemplate)
class TemplateAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/message_template.html"
    acts = ACTS
    list_display = ["name", "about", "says", "whose"]
    ordering = ["name", "pk"]
    search_help = "How a template's name begins"
    empty_title = "No message templates yet"
    empty_text = "A text that workflows send by its name, so that it is written once and changed in one place."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """What the account sends: its own, and the house's where it has none of the name."""
        account = _account(request)
        if account is None:
            rows = MessageTemplate.objects.all()
            return rows if request.user.is_superuser else rows.none()
        own = MessageTemplate.objects.filter(account=account).values("name")
        return templates_of(account.pk).exclude(account=None, name__in=own)

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__startswith=term.lower())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        template: Any = super().get_object(request, object_id, from_field)
        if template is not None:
            account = _account(request)
            template.seen_by = account.pk if account else template.account_id
        return template

    def page_context(self, request: HttpRequest, row: MessageTemplate) -> dict[str, Any]:
        offered, chosen = samples(row.seen_by), request.GET.get("sample", "")  # type: ignore[attr-defined]
        older = outdated(row)
        send = "sends" if len(older) == 1 else "send"
        look = _OWN if row.account_id else _SHIPPED
        return {
            "template": row,
            "look": look,
            "badge": badge(look),
            "older": f"{count_of(len(older))} still {send} an older text: {names_of(older)}." if older else "",
            "preview": preview(content_of(row), account=_account(request), sample=chosen),
            "samples": offered,
            "sample": chosen,
            "uses": [{"use": use, "badge": badge(look_of(use.workflow))} for use in uses(row)],
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            texts = {name: data[name] for name in ("name", "subject", "body", "description")}
            template = create_template(actor=current_actor(request), **texts)
            self.log_addition(request, template, "Wrote the template.")
            messages.success(request, f"Workflows can send “{template.name}” now.")
            return HttpResponseRedirect(page_of(template))

        account = _account(request)
        data = request.POST if request.method == "POST" else None
        form = TemplateForm(account_id=account.pk if account else None, data=data)
        if "preview" in request.POST:
            return self._tried(request, form, None)
        return self._with_preview(request, add_page(self, request, form, create, heading="New message template"))

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        if act.form is TemplateForm and request.method == "POST" and "preview" in request.POST:
            row = self.row_or_none(request, object_id)
            if row is None:
                return self.gone(request, object_id)
            if not act.may(request):
                raise PermissionDenied
            return self._tried(request, TemplateForm(row=row, data=request.POST), row, act)
        return self._with_preview(request, super().act_view(request, object_id, act))

    def _tried(
        self, request: HttpRequest, form: TemplateForm, row: MessageTemplate | None, act: Act | None = None
    ) -> HttpResponse:
        """The form as it was, with what it would make; nothing is saved."""
        if row is None and not self.has_add_permission(request):
            raise PermissionDenied
        # What is missing is said when it is saved.
        form.errors.clear()
        heading = act.label if act else "New message template"
        context = {**self.frame(request, heading, row), "form": form, "act": act, "heading": heading}
        context |= {"question": act.question(row) if act else "", "back": page_of(row) if row else ""}
        return self._with_preview(request, TemplateResponse(request, _FORM, context))

    def _with_preview(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        context = answer.context_data if isinstance(answer, TemplateResponse) else None
        form = context.get("form") if context else None
        if isinstance(answer, TemplateResponse) and context is not None and isinstance(form, TemplateForm):
            answer.template_name = _FORM
            made = preview(form.content(), account=_account(request), sample=form.sample())
            context.setdefault("heading", context.get("title"))
            context |= {"preview": made, "variables": grouped_variables()}
        return answer

    @admin.display(description="What it is for")
    def about(self, template: MessageTemplate) -> SafeString:
        return cut(template.description)

    @admin.display(description="Subject")
    def says(self, template: MessageTemplate) -> SafeString:
        return cut(template.subject)

    @admin.display(description="Whose")
    def whose(self, template: MessageTemplate) -> SafeString:
        return badge(_OWN if template.account_id else _SHIPPED)


def _account(request: HttpRequest) -> PlatformAccount | None:
    membership = current_membership(request)
    return membership.account if membership else None
