"""The form of a policy: what holds for all of it, and a block for each level."""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.approvals.admin.level_form import LevelForm, QuietForm
from opsflows.approvals.content import as_amount
from opsflows.approvals.models import ApprovalPolicy
from opsflows.approvals.plan import MAX_LEVELS, Plan, PlanLevel, read_plan
from opsflows.approvals.save_policy import MAX_NAME, policy_problems
from opsflows.jsontext import content_hash
from opsflows.rules import Problem

#: The button that asks for one more empty block.
MORE = "more-levels"
#: How many blocks the page has.
BLOCKS = "blocks"
_NEVER, _ABOVE, _ALWAYS = "never", "above", "always"
_LOGINS = ((_NEVER, "Always enough"), (_ABOVE, "Enough up to an amount"), (_ALWAYS, "Never enough"))
_ANSWERS = (("first", "The first rejection ends it"), ("all", "Everybody's answer is waited for"))
_CHANGES = (("amend", "Wait until they are made"), ("go_on", "Go on by “changes requested”"))
_OF_LEVEL = re.compile(r"levels\[(\d+)\]\.?(\w*)(.*)")


class PolicyForm(QuietForm):
    """Other rules for `row`, or a new policy. Cleaned, `cleaned_data["plan"]` is what the verbs take."""

    template = "admin/opsflows/approval_policy_form.html"

    def __init__(
        self, *, account_id: uuid.UUID, row: ApprovalPolicy | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.account_id = account_id
        plan = read_plan(row.plan) if row else Plan()
        #: Only one more block is asked for: nothing is judged, and nothing saved.
        self.is_quiet = data is not None and MORE in data
        if row is None:
            self.fields["name"] = fields.text("Name", max_length=MAX_NAME, help_text="What rules call it.")
        about = row.description if row else ""
        self.fields["description"] = fields.text("What it is for", max_length=255, required=False, initial=about)
        if row is not None:
            self.before = content_hash(row.plan)
            self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self.before)
        self._add_rules(plan)
        #: Those that are there, and an empty one; as many as were on the page, and one more where it is asked for.
        self.blocks = len(plan.levels) + 1
        if data is not None:
            text = str(data.get(BLOCKS, ""))
            sent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
            self.blocks = min(max(sent, len(plan.levels)) + self.is_quiet, MAX_LEVELS + 1)
        self.levels = list(self._levels(plan.levels, data))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if "seen" in data and data["seen"] != self.before:
            raise forms.ValidationError("Somebody else changed the policy meanwhile; open this page anew.")
        filled = [form for form in self.levels if not form.is_blank]
        # Every block is to say what is wrong with it, not only the first.
        if sum(not form.is_valid() for form in filled):
            raise forms.ValidationError("Look at the levels below; nothing was saved yet.")
        kept = sorted((form for form in filled if not form.is_removed), key=lambda form: form.cleaned_data["position"])
        if self.errors:
            return data
        plan = self._rules(data) | {"levels": [form.document(is_first=not at) for at, form in enumerate(kept)]}
        for problem in policy_problems(plan, account_id=self.account_id):
            self._place(problem, kept)
        return data | {"plan": plan}

    def _place(self, problem: Problem, kept: list[LevelForm]) -> None:
        """Put a problem beside the field it is about."""
        if (found := _OF_LEVEL.fullmatch(problem.path)) is None:
            self.add_error(problem.path if problem.path in self.fields else None, problem.message)
            return
        form, field = kept[int(found[1])], found[2]
        form.add_error(field if field in form.fields else None, problem.message)
        self.add_error(None, f"{form.heading}: {problem.message}")

    def _levels(self, levels: list[PlanLevel], data: Mapping[str, Any] | None) -> Iterator[LevelForm]:
        for at in range(self.blocks):
            level = levels[at] if at < len(levels) else None
            # A block that was not on the page before begins empty.
            known = data if data is not None and f"level-{at}-position" in data else None
            form = LevelForm(prefix=f"level-{at}", position=at + 1, level=level, data=known)
            form.is_quiet = self.is_quiet
            yield form

    def _add_rules(self, plan: Plan) -> None:
        self.fields["answers"] = fields.choice("Rejections", _ANSWERS, initial="all" if plan.collectAll else "first")
        self.fields["commentOnReject"] = fields.switch(
            "Rejecting, or asking for changes, needs a comment", initial=plan.commentOnReject
        )
        self.fields["skipRepeated"] = fields.switch(
            "Who approved at an earlier level is not asked again", initial=plan.skipRepeated
        )
        login = _ALWAYS if plan.loginAlways else _NEVER if plan.loginAbove is None else _ABOVE
        self.fields["login"] = fields.choice(
            "A link in a mail, or a button in a chat, is",
            _LOGINS,
            initial=login,
            help_text="Where it is not enough, people sign in before they decide.",
        )
        self.fields["loginAbove"] = fields.text(
            "Up to the amount",
            max_length=30,
            required=False,
            initial="" if plan.loginAbove is None else f"{plan.loginAbove:f}",
            help_text="Where a request has no amount, people sign in as well.",
        )
        self.fields["onChanges"] = fields.choice("When changes are asked for", _CHANGES, initial=plan.onChanges)
        self.fields["amendWithin"] = fields.text(
            "Time to make them",
            max_length=60,
            initial=plan.amendWithin,
            help_text="Such as 14 days, or 5 business days. Then the request expires.",
        )

    def _rules(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "collectAll": data["answers"] == "all",
            "commentOnReject": data["commentOnReject"],
            "skipRepeated": data["skipRepeated"],
            "loginAlways": data["login"] == _ALWAYS,
            "loginAbove": data["loginAbove"] if data["login"] == _ABOVE else None,
            "onChanges": data["onChanges"],
            "amendWithin": data["amendWithin"],
        }

    def clean_loginAbove(self) -> Any:  # noqa: N802  (named after its field)
        text = self.cleaned_data["loginAbove"].replace(",", "").strip()
        if self.cleaned_data.get("login") != _ABOVE:
            return None
        try:
            amount = as_amount(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if amount is None:
            raise forms.ValidationError("Give the amount up to which a link is enough, such as 1000.")
        return amount


def change_form(*, row: ApprovalPolicy, data: Mapping[str, Any] | None = None) -> PolicyForm:
    """The form that changes `row`."""
    return PolicyForm(row=row, data=data, account_id=row.account_id)
