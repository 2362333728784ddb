"""Policies in the admin: the chain in words, who would be asked about what, and who names them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.names import name_key
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.approvals.admin.policy_form import PolicyForm, change_form
from opsflows.approvals.admin.policy_names import warning
from opsflows.approvals.admin.policy_preview import Given, people, samples, try_policy
from opsflows.approvals.admin.policy_words import gist, lines, rules
from opsflows.approvals.models import ApprovalPolicy
from opsflows.approvals.plan import read_plan
from opsflows.approvals.resolve_policy import POLICY
from opsflows.approvals.save_policy import change_policy, create_policy, remove_policy
from opsflows.lookups.admin.used_by import on_removal, renew_act, used_by_context

_CONTENT = "levels"
_KEPT = "Requests under way keep the levels with which they began; published workflows, those they were published with."


def _change(deed: Deed) -> str:
    plan, about = deed.data["plan"], deed.data["description"]
    change_policy(actor=deed.actor, policy=deed.row, plan=plan, description=about, now=deed.now)
    return (
        "The policy is changed. Workflows that are published keep the older levels until they are given the new ones."
    )


def _remove(deed: Deed) -> str:
    remove_policy(actor=deed.actor, policy=deed.row, now=deed.now)
    return f"The policy “{deed.row.name}” is gone."


ACTS = (
    renew_act(POLICY, _CONTENT),
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.APPROVALS_WRITE,
        question=lambda row: _KEPT,
        perform=_change,
        form=change_form,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.APPROVALS_WRITE,
        question=lambda row: f"{on_removal(row, POLICY)} Requests under way go on.",
        perform=_remove,
        is_dangerous=True,
        ends_row=True,
    ),
)


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(PageAdmin):
    called = "policies"
    may_add = True
    page_template = "admin/opsflows/approval_policy.html"
    acts = ACTS
    list_display = ["name", "about", "chain", "changed"]
    ordering = ["name_key", "pk"]
    search_help = "How a policy's name begins"
    empty_title = "No policies yet"
    empty_text = (
        "A policy says who has to approve, in which order, by when, and what happens if nobody answers. Workflows name "
        "it in the action “Ask for approval”."
    )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name_key__startswith=name_key(term))

    def page_context(self, request: HttpRequest, row: ApprovalPolicy) -> dict[str, Any]:
        membership = current_membership(request)
        account = membership.account if membership else row.account
        plan = read_plan(row.plan)
        given = Given(*(request.GET.get(name, "").strip() for name in ("amount", "sample", "person")))
        return {
            "policy": row,
            "lines": lines(plan),
            "rules": list(rules(plan)),
            "samples": samples(account, now=timezone.now()),
            "people": people(account),
            "given": given,
            "tried": try_policy(row, account, given),
            **used_by_context(row, POLICY, _CONTENT),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def create(data: dict[str, Any]) -> HttpResponse:
            given = {name: data[name] for name in ("name", "description", "plan")}
            policy = create_policy(actor=current_actor(request), **given, now=timezone.now())
            self.log_addition(request, policy, "Made the policy.")
            strange = warning(read_plan(policy.plan), account_id=policy.account_id)
            messages.success(request, f"Workflows can ask by the policy “{policy.name}” now.{strange}")
            return HttpResponseRedirect(page_of(policy))

        data = request.POST if request.method == "POST" else None
        form = PolicyForm(account_id=self._account_id(request), data=data)
        return _in_blocks(add_page(self, request, form, create, heading="New policy"))

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        return _in_blocks(super().act_view(request, object_id, act), act.form is change_form)

    def _account_id(self, request: HttpRequest) -> Any:
        membership = current_membership(request)
        return membership.account_id if membership else None

    @admin.display(description="What it is for")
    def about(self, row: ApprovalPolicy) -> SafeString:
        return cut(row.description)

    @admin.display(description="Who is asked")
    def chain(self, row: ApprovalPolicy) -> SafeString:
        return cut(gist(read_plan(row.plan)))

    @admin.display(description="Changed")
    def changed(self, row: ApprovalPolicy) -> SafeString:
        return when(row.updated_at)


def _in_blocks(answer: HttpResponse, it_is: bool = True) -> HttpResponse:
    """The same page with a block for each level, where it shows the form of a policy."""
    if it_is and isinstance(answer, TemplateResponse):
        answer.template_name = PolicyForm.template
    return answer
