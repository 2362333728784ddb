"""What became of a form that was sent: what listens to it, which runs it started, and what was asked because of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import ApprovalRequest, ApprovalTask, FormSubmission, RequestForm
from opsflows.events.models import Event
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow

#: Of each sort, as many are shown.
MOST = 20
_FINISHED = (
    Execution.Status.COMPLETED,
    Execution.Status.FAILED,
    Execution.Status.CANCELLED,
    Execution.Status.TIMEOUT,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission and what came of it so far."""

    submission: FormSubmission
    event_name: str
    #: It was handed to everything that listens.
    is_routed: bool
    listening: Sequence[Workflow]
    runs: Sequence[Execution]
    #: What was asked because of it, each with the names of those who have it now.
    requests: Sequence[tuple[ApprovalRequest, Sequence[str]]]

    @property
    def is_under_way(self) -> bool:
        """Whether something may still come of it without anybody's doing."""
        return not self.is_routed or any(run.execution_status not in _FINISHED for run in self.runs)


def sent_form(*, actor: Actor, submission_id: uuid.UUID) -> Sent:
    """A submission of the actor's own, or of anybody for those who manage requests. Six queries at most.

    Raises:
        Forbidden: the actor may not.
        FormSubmission.DoesNotExist: there is none that they may look at.
    """
    submission = sent_by(actor, others=actor.may(Permission.APPROVALS_MANAGE)).get(pk=submission_id)
    event = Event.objects.filter(pk=submission.event_id).only("name", "routed_at").first()
    runs = Execution.objects.filter(event=submission.event_id).select_related("workflow").order_by("id")
    runs = runs.only("execution_status", "workflow__workflow_name", "started_at", "event_id")
    requests = ApprovalRequest.objects.filter(submission=submission, account_id=submission.account_id).order_by("id")
    name = event.name if event else submission.form.event_name if submission.form else ""
    return Sent(
        submission=submission,
        event_name=name,
        # Retention takes events away that everybody has had.
        is_routed=event is None or event.routed_at is not None,
        listening=listening_to(submission.account_id, name),
        runs=list(runs[:MOST]),
        requests=_with_names(list(requests[:MOST])),
    )


def _with_names(requests: Sequence[ApprovalRequest]) -> list[tuple[ApprovalRequest, list[str]]]:
    tasks = ApprovalTask.objects.filter(request__in=requests, state=ApprovalTask.State.OPEN).order_by("id")
    names: dict[uuid.UUID, list[str]] = {}
    for request_id, name in tasks.values_list("request_id", "name") if requests else ():
        names.setdefault(request_id, []).append(name)
    return [(each, list(dict.fromkeys(names.get(each.pk, ())))) for each in requests]


def sent_by(actor: Actor, *, others: bool = False) -> QuerySet[FormSubmission]:
    """What the actor sent, newest first; with `others` what anybody in the account did. Raises `Forbidden`."""
    actor.require(Permission.APPROVALS_DECIDE)
    if others and not actor.may(Permission.APPROVALS_MANAGE):
        raise Forbidden("This needs the permission to see everybody's requests.")
    rows = FormSubmission.objects.filter(account_id=actor.account_id).select_related("form")
    if others:
        return rows.order_by("-id")
    return rows.filter(submitted_by=actor.user_id).order_by("-id") if actor.user_id else rows.none()


def listening_to(account_id: uuid.UUID, event_name: str) -> list[Workflow]:
    """The account's live workflows that an event of this name may start, by name."""
    rows = Workflow.objects.filter(
        account_id=account_id, is_active=True, published_version__trigger_event=event_name
    ).order_by("workflow_name", "id")
    return list(rows.only("workflow_name", "account_id")[:MOST])


def workflows_of(form: RequestForm) -> list[Workflow]:
    """Whatever is meant to listen to the form, live or not, by name."""
    rows = Workflow.objects.filter(account=form.account_id)
    rows = rows.filter(
        Q(is_active=True, published_version__trigger_event=form.event_name)
        | Q(is_active=False, trigger_config__event=form.event_name)
    )
    rows = rows.order_by("workflow_name", "id").select_related("published_version")
    return list(rows.defer("workflow_data", "settings", "published_version__workflow_data")[:MOST])
