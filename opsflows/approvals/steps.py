"""The step kind that asks people to approve, and goes on with what they decided."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from opsflows.approvals import resolve_policy  # noqa: F401  (registers the resolver)
from opsflows.approvals.announce import page_of
from opsflows.approvals.ask import ask
from opsflows.approvals.came_of import came_of
from opsflows.approvals.content import MAX_DETAILS, MAX_SUMMARY, MAX_TITLE, Content, as_amount
from opsflows.approvals.forms.fields import details_of
from opsflows.approvals.forms.kinds import Kind
from opsflows.approvals.levels.close import answer_of
from opsflows.approvals.models import ApprovalRequest, FormSubmission
from opsflows.approvals.people.find import find_requester
from opsflows.approvals.people.person import Person, person_of
from opsflows.approvals.plan import Plan, plan_problems, read_plan
from opsflows.approvals.recall import withdraw_for
from opsflows.approvals.resolve_policy import POLICY
from opsflows.jsontext import dump_json
from opsflows.rules import Problem
from opsflows.rules.text import to_text
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, GivenUp, StepConfig, StepContext
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.references import Reference
from opsflows.workflows.registry import register

#: An amount that is one field of the event, as it came.
_ONE_FIELD = re.compile(r"\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*")
#: Of what the run knows, as much is kept beside the request; of more, only what the event carries.
MAX_SCOPE = 200_000

_PLAN = tuple(name for name in Plan.model_fields if name != "levels")


class ApprovalConfig(StepConfig):
    title: str = Field(
        title="What is asked", description="What is asked, in a line, such as `Expense: {{category}} for {{amount}}`."
    )
    policy: str = Field(
        default="",
        title="Approval policy",
        description="An approval policy, by its name. Or levels, not both.",
        json_schema_extra=looks.look(looks.APPROVAL_POLICY),
    )
    levels: list[dict[str, Any]] = Field(
        default_factory=list,
        title="Levels",
        description="Who is asked, one level after the other, where no policy is named.",
        json_schema_extra=looks.look(looks.LEVELS),
    )
    summary: str = Field(
        default="",
        title="Why",
        description="Why it is asked, and what happens when it is approved.",
        json_schema_extra=looks.look(looks.LONG_TEXT),
    )
    amount: Any = Field(default=None, title="Amount", description="How much it is about, such as `{{amount}}`.")
    currency: str = Field(
        default="", title="Currency", description="Of the amount, such as EUR or `{{amountCurrency}}`."
    )
    details: dict[str, Any] = Field(
        default_factory=dict,
        title="More details",
        description="What else approvers see: a label, and a value.",
        json_schema_extra=looks.look(looks.PAIRS, more=True),
    )
    requester: str = Field(
        default="",
        title="Who asks",
        description="Who asks, such as `{{requesterEmail}}`; of a form, whoever sent it.",
        json_schema_extra=looks.look(looks.PERSON_OR_TEAM, more=True),
    )
    collectAll: bool | None = Field(  # noqa: N815  (Rules' spelling, as below)
        default=None,
        title="Wait for everybody's answer",
        description="As in a policy.",
        json_schema_extra=looks.look(more=True),
    )
    commentOnReject: bool | None = Field(  # noqa: N815
        default=None,
        title="A rejection has to say why",
        description="As in a policy.",
        json_schema_extra=looks.look(more=True),
    )
    skipRepeated: bool | None = Field(  # noqa: N815
        default=None, title="Ask nobody twice", description="As in a policy.", json_schema_extra=looks.look(more=True)
    )
    loginAbove: Any = Field(  # noqa: N815
        default=None,
        title="Above this amount, sign in to decide",
        description="As in a policy.",
        json_schema_extra=looks.look(more=True),
    )
    loginAlways: bool | None = Field(  # noqa: N815
        default=None,
        title="Always sign in to decide",
        description="As in a policy.",
        json_schema_extra=looks.look(more=True),
    )
    onChanges: str | None = Field(  # noqa: N815
        default=None,
        title="When changes are asked for",
        description="amend: wait until they are made; go_on: go on by “changes_requested”; empty: as in the policy.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    amendWithin: str | None = Field(  # noqa: N815
        default=None,
        title="Time to make changes",
        description="As in a policy.",
        json_schema_extra=looks.look(looks.DURATION, more=True),
    )

    def plan_document(self, levels: Any) -> dict[str, Any]:
        """The plan that the step says itself, with `levels`."""
        own = {name: getattr(self, name) for name in _PLAN}
        return {"levels": levels, **{name: value for name, value in own.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The levels with what their segments stand for (what the trace shows is as it was written), and the field of the
    event that the amount is, if it is one."""

    levels: list[dict[str, Any]]
    amount_field: str


@register
class ApprovalKind(DatabaseKind):
    """Asks people, level by level, and rests until they have decided; no worker waits meanwhile."""

    kind = "approval"
    label = "Ask for approval"
    about = "Asks people, level by level, and goes on when they have decided."
    icon = "order_approve"
    Config = ApprovalConfig
    outcomes = ("approved", "rejected", "expired", "recalled", "changes_requested")
    raw_fields = frozenset({"levels"})
    gives_up = True
    side = "onRejected"
    side_handles = outcomes[1:]

    def compile(self, config: ApprovalConfig, *, path: str) -> Prepared:
        found = _ONE_FIELD.fullmatch(config.amount) if isinstance(config.amount, str) else None
        return Prepared(config.levels, found[1] if found else "")

    def check(self, config: ApprovalConfig, *, path: str) -> list[Problem]:
        problems = [] if config.title.strip() else [Problem(f"{path}.title", "Say in a line what is asked.")]
        if config.policy and config.levels:
            problems.append(Problem(f"{path}.levels", "Name a policy, or give levels; not both."))
        elif config.policy:
            problems += _policy_problems(config, path)
        else:
            problems += plan_problems(config.plan_document(config.levels), path=path)
        if len(config.details) > MAX_DETAILS:
            problems.append(Problem(f"{path}.details", f"At most {MAX_DETAILS} details are possible."))
        return problems

    def references(self, config: ApprovalConfig) -> Iterable[Reference]:
        return (Reference(POLICY, config.policy, "policy"),) if config.policy else ()

    def people(self, config: ApprovalConfig, references: FrozenReferences) -> Iterable[str]:
        """Whom it asks, and whom it turns to at deadlines; `manager` and roles stand for themselves."""
        kept = references.get(POLICY, {}).get(config.policy, {}).get("plan", {})
        for level in kept.get("levels", ()) if config.policy else config.levels:
            for field in ("approvers", "escalateTo"):
                names = level.get(field) or ()
                yield from [names] if isinstance(names, str) else map(str, names)

    def apply(self, step: StepContext) -> Outcome:
        config: ApprovalConfig = step.config
        submission = _submission(step)
        try:
            content = _content(step, submission)
        except ValueError as error:
            return Fail(f"amount: {error}")
        try:
            requester = _requester(step, submission)
        except ValueError as error:
            return Fail(f"requester: {error}")
        if not content.title:
            return Fail("title: it is empty; the variables in it were.")
        request = ask(
            account_id=step.account_id,
            subject=ApprovalRequest.Subject.STEP,
            origin_key=_origin_key(step),
            plan=_plan(step),
            content=content,
            scope=_scope(step),
            requester=requester,
            amount_field=_amount_field(step, content),
            policy_name=config.policy,
            submission=submission,
            files=_files(submission),
            execution_id=step.execution_id,
            node_id=step.node_id,
            depth=step.depth,
            item_id=step.item_id,
            now=step.clock.now,
        )
        if not request.is_open:
            answer = answer_of(request)
            return Done(output=answer, handle=answer["state"])
        return _rest(request)

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        # By its row, whatever the run was woken for: only a decision that is kept lets it go on.
        request = ApprovalRequest.objects.get(origin_key=_origin_key(step))
        if request.is_open:
            return _rest(request)
        answer = answer_of(request)
        # Replaced by another request: nothing of this kind happens to a step, and it must not count as a yes.
        handle = request.state if request.state in self.outcomes else "expired"
        return Done(output=answer, handle=handle, variables=_amended(step, request))

    def give_up(self, steps: Sequence[GivenUp], *, now: datetime) -> None:
        reason = "The run that asked for this was ended."
        withdraw_for({_origin_key(step) for step in steps}, reason=reason, now=now)


def _amended(step: StepContext, request: ApprovalRequest) -> dict[str, Any]:
    """The event's fields that were changed before it was decided: what follows goes by what was approved."""
    now, event = request.scope.get("event"), step.event_data
    if request.round_number == 1 or not isinstance(now, Mapping) or not isinstance(event, Mapping):
        return {}
    return {name: value for name, value in now.items() if name not in event or event[name] != value}


def _rest(request: ApprovalRequest) -> Wait:
    return Wait(output={"request_id": str(request.pk), "title": request.title, "link": page_of(request)})


def _origin_key(step: StepContext | GivenUp) -> str:
    """By which the request is known; a step that failed and is tried again asks anew."""
    return step.key if step.attempt == 1 else f"{step.key}.{step.attempt}"


def _policy_problems(config: ApprovalConfig, path: str) -> list[Problem]:
    if "{{" in config.policy or "{%" in config.policy:
        message = "A policy is kept when the workflow is published, so its name cannot be a variable."
        return [Problem(f"{path}.policy", message)]
    own = [name for name in _PLAN if getattr(config, name) is not None]
    return [Problem(f"{path}.{name}", "Stands in the policy; leave it out here.") for name in own]


def _plan(step: StepContext) -> Plan:
    config: ApprovalConfig = step.config
    if not config.policy:
        return read_plan(config.plan_document(step.compiled.levels))
    kept = step.references[POLICY][config.policy]["plan"]
    return read_plan(expand(kept, step.references, path="policy"))


def _content(step: StepContext, submission: FormSubmission | None) -> Content:
    config: ApprovalConfig = step.config
    details = [{"label": label[:200], "value": _shown(value), "field": ""} for label, value in config.details.items()]
    if not details and submission is not None:
        details = [dict(each) for each in details_of(submission.fields, submission.data)]
    return Content(
        title=" ".join(config.title.split())[:MAX_TITLE],
        summary=config.summary.strip()[:MAX_SUMMARY],
        amount=as_amount(config.amount),
        currency=config.currency.strip()[:8],
        details=details,
        attachments=[{name: each[name] for name in ("name", "sha256", "size")} for each in _files(submission)],
    )


def _files(submission: FormSubmission | None) -> list[Mapping[str, Any]]:
    """The files that were filled in, for approvers to open."""
    if submission is None:
        return []
    keys = [each["key"] for each in submission.fields if each.get("kind") == Kind.FILE]
    return [submission.data[key] for key in keys if submission.data.get(key)]


def _shown(value: Any) -> str:
    return (
        value if isinstance(value, str) else to_text(value) if not isinstance(value, dict | list) else dump_json(value)
    )


def _scope(step: StepContext) -> dict[str, Any]:
    """What the plan's conditions and names read, now and in later rounds."""
    event = step.event_data if isinstance(step.event_data, Mapping) else {"data": step.event_data}
    scope = {**event, **step.scope, "event": event}
    return scope if len(dump_json(scope)) <= MAX_SCOPE else {**event, "event": event}


def _amount_field(step: StepContext, content: Content) -> str:
    """The field that changes when the amount does; none where a variable of the run says another amount."""
    field: str = step.compiled.amount_field
    if not field or not isinstance(step.event_data, Mapping) or field not in step.event_data:
        return ""
    try:
        return field if as_amount(step.event_data[field]) == content.amount else ""
    except ValueError:
        return ""


def _submission(step: StepContext) -> FormSubmission | None:
    """The form that was filled in to start this run, as the house knows it; an event cannot pretend to be one."""
    named = step.event_data.get("formSubmissionId") if isinstance(step.event_data, Mapping) else None
    try:
        wanted = uuid.UUID(str(named))
    except ValueError:
        return None
    rows = FormSubmission.objects.filter(account=step.account_id).select_related("submitted_by")
    found = rows.filter(pk=wanted).first()
    return found if found is not None and came_of(step.execution_id, event_id=found.event_id) else None


def _requester(step: StepContext, submission: FormSubmission | None) -> Person | None:
    """Whoever the step names; of a form, whoever sent it, whatever else is said."""
    if submission is not None and submission.submitted_by is not None:
        return person_of(submission.submitted_by)
    if submission is None and isinstance(step.event_data, Mapping) and step.event_data.get("formSubmissionId"):
        raise ValueError("the event names a form that was not filled in for it; leave formSubmissionId out of events.")
    return find_requester(account_id=step.account_id, name=step.config.requester)
