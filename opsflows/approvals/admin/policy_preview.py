"""Try a policy: which levels would be asked about an amount, an event or a form, and who exactly."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.members import Members
from opsflows.accounts.models import PlatformAccount, User
from opsflows.admin_site import words
from opsflows.admin_site.filters import as_uuid
from opsflows.approvals.content import as_amount
from opsflows.approvals.errors import NobodyToAsk
from opsflows.approvals.levels.open_level import whom_to_ask
from opsflows.approvals.levels.rounds import names_in, scope_of
from opsflows.approvals.models import ApprovalPolicy, ApprovalRequest, ApprovalTask, FormSubmission
from opsflows.approvals.people.find import Asked, Finder, find_requester
from opsflows.approvals.people.person import person_of
from opsflows.approvals.plan import Plan, PlanLevel, read_plan
from opsflows.approvals.resolve_policy import POLICY
from opsflows.approvals.voice import called
from opsflows.events.models import Event, EventPayload
from opsflows.rules import Clock, RuleError, compile_condition
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.references import Reference, UnknownReference, resolve

_EVENT, _FORM = "event:", "form:"
#: Of each kind, so many are offered.
_OFFERED = 10
_LOOKED_AT = 50
_MOST_PEOPLE = 500
#: What people know of the why of a task, in words.
_WHY = {
    ApprovalTask.Why.DELEGATED: "stands in for {}",
    ApprovalTask.Why.FALLBACK: "because somebody who is named cannot be asked",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What is tried, as the page's address says it."""

    amount: str = ""
    sample: str = ""
    person: str = ""

    @property
    def is_nothing(self) -> bool:
        return not (self.amount or self.sample or self.person)


@dataclass(frozen=True, slots=True)
class TriedLevel:
    """What would become of one level. `people` are names, each with why it is them."""

    number: int
    name: str
    together: bool
    is_asked: bool
    need: str = ""
    people: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    explanation: Mapping[str, Any] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of a request; `problem` says why that cannot be told."""

    sentence: str = ""
    levels: tuple[TriedLevel, ...] = ()
    problem: str = ""


def samples(account: PlatformAccount, *, now: datetime) -> list[tuple[str, str]]:
    """The newest events and forms, for a choice."""
    forms = FormSubmission.objects.filter(account=account).order_by("-id").only("form_name", "created_at")
    events = Event.objects.filter(account=account).order_by("-id").values_list("pk", "name", "received_at")
    # What approvals say of themselves is about requests that are there already.
    others = [each for each in events[:_LOOKED_AT] if not each[1].startswith("approval.")]
    return [
        ("", "No event"),
        *(
            (f"{_FORM}{row.pk}", f"Form {row.form_name}, {words.relative(row.created_at, now)}")
            for row in forms[:_OFFERED]
        ),
        *((f"{_EVENT}{pk}", f"{name}, {words.relative(at, now)}") for pk, name, at in others[:_OFFERED]),
    ]


def people(account: PlatformAccount) -> list[tuple[str, str]]:
    """Who may ask, for a choice."""
    known = Members(account.pk).all()[:_MOST_PEOPLE]
    return [("", "As the event or form says"), *((str(user.pk), called(user)) for user in known)]


def try_policy(policy: ApprovalPolicy, account: PlatformAccount, given: Given) -> Tried | None:
    """What would become of a request with this content; None where nothing is given."""
    if given.is_nothing:
        return None
    try:
        amount = as_amount(given.amount.replace(",", "").strip())
        plan = _plan(policy)
        scope, asker = _scope(account, given.sample)
        if amount is None:
            amount = _amount_in(scope)
    except (ValueError, RuleError, UnknownReference) as error:
        return Tried(problem=str(error))
    now = timezone.now()
    user = _member(account, given.person) or asker
    person = person_of(user) if user else find_requester(account_id=account.pk, name=str(scope.get("requester") or ""))
    request = ApprovalRequest(
        account=account,
        title=policy.name,
        amount=amount,
        requester=person.user if person else None,
        requester_name=person.name if person else "",
        requester_email=person.email if person else "",
        scope={**scope, **({"amount": amount} if given.amount else {}), "event": scope},
    )
    return _Trial(plan, request, account_clock(account, now=now)).outcome()


class _Trial:
    """One request that is not kept, led past every level."""

    def __init__(self, plan: Plan, request: ApprovalRequest, clock: Clock) -> None:
        self.plan, self.request, self.clock = plan, request, clock
        self.scope = scope_of(request)
        self.finder = Finder(request, needs_login=plan.needs_login(request.amount), now=clock.now)
        self.before: set[tuple[str, str]] = set()

    def outcome(self) -> Tried:
        levels = tuple(self._level(number, level) for number, level in enumerate(self.plan.levels, 1))
        asked = sum(level.is_asked for level in levels)
        who = self.request.requester_name
        begin = f"If {who} asks" if who else "If it is not known who asks"
        if not asked:
            return Tried(f"{begin}, no level is needed: the request is approved at once.", levels)
        count = f"{asked} of {len(levels)} levels {'is' if asked == 1 else 'are'} asked"
        return Tried(f"{begin}, {count if len(levels) > 1 else 'its one level is asked'}.", levels)

    def _level(self, number: int, level: PlanLevel) -> TriedLevel:
        about: dict[str, Any] = {
            "number": number,
            "name": level.name or f"Level {number}",
            "together": level.together and number > 1,
        }
        if level.when is not None:
            condition = compile_condition(level.when, path="when")
            explanation = condition.explain(self.scope, self.clock).as_json()
            about["explanation"] = explanation if condition.comparisons() else None
            if not condition.matches(self.scope, self.clock):
                return TriedLevel(is_asked=False, **about)
        names = [names_in(each, self.scope, self.clock) for each in (level.approvers, level.escalateTo)]
        try:
            asked, need, notes = whom_to_ask(self.finder, names[0], names[1], level)
        except NobodyToAsk as error:
            return TriedLevel(is_asked=True, problem=f"{error} The request would expire here.", **about)
        shown = tuple((each.person.name, self._why(each)) for each in asked)
        self.before |= {each.person.key for each in asked}
        how_many = "all of them have" if need == len(asked) else "one of them has" if need == 1 else f"{need} have"
        text = " has to approve" if len(asked) == 1 else f": {how_many} to approve"
        return TriedLevel(is_asked=True, need=text, people=shown, notes=tuple(dict.fromkeys(notes)), **about)

    def _why(self, asked: Asked) -> str:
        said = _WHY.get(asked.why, "").format(called(asked.on_behalf_of) if asked.on_behalf_of else "somebody")
        if self.plan.skipRepeated and asked.person.key in self.before:
            return "not again, if they approved before"
        return said


def _plan(policy: ApprovalPolicy) -> Plan:
    """The policy's plan with what its conditions name put in."""
    references = resolve([Reference(POLICY, policy.name, "")], account_id=policy.account_id)
    return read_plan(expand(policy.plan, references, path="policy"))


def _scope(account: PlatformAccount, sample: str) -> tuple[dict[str, Any], User | None]:
    """What the event or form says, and who sent the form."""
    kind, _, text = sample.partition(":")
    pk = as_uuid(text)
    if pk is None:
        return {}, None
    if f"{kind}:" == _FORM:
        rows = FormSubmission.objects.filter(account=account).select_related("submitted_by")
        submission = rows.filter(pk=pk).first()
        return (dict(submission.data), submission.submitted_by) if submission else ({}, None)
    data = EventPayload.objects.filter(event=pk, event__account=account).values_list("data", flat=True).first()
    return dict(data) if isinstance(data, Mapping) else {}, None


def _amount_in(scope: Mapping[str, Any]) -> Any:
    """The amount that the event itself names, if it is one."""
    try:
        return as_amount(scope.get("amount"))
    except ValueError:
        return None


def _member(account: PlatformAccount, text: str) -> User | None:
    pk: uuid.UUID | None = as_uuid(text)
    return Members(account.pk).by_id(pk) if pk else None
