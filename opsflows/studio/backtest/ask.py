"""Ask for a backtest of a workflow's draft."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.rules import Problem
from opsflows.studio.backtest.refusal import NothingToTest, UnderWay, WrongPeriod
from opsflows.studio.backtest.side import Side, event_of, side_of
from opsflows.studio.backtest.standing import settle
from opsflows.studio.backtest.work import KIND
from opsflows.studio.models import Backtest
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.named_conditions import names_in_node
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import UnknownReference, resolve
from opsflows.workflows.validate import references_of

#: The longest period.
MOST_DAYS = 366
#: No event is older; ids cannot be made of moments before 1970.
FIRST_YEAR = 2000
#: Backtests of a workflow that are kept; older ones go when a new one is asked for.
KEPT = 10


def ask_backtest(*, actor: Actor, workflow: Workflow, since: datetime, until: datetime, now: datetime) -> Backtest:
    """Try the draft, as it is now, on the events that came in from `since` to before `until`.

    Whoever may look at the workflow and at events may: nothing but the backtest's own rows is written.

    Raises:
        Forbidden: the actor may not.
        WrongPeriod: it is empty, too long, or not over yet.
        NothingToTest: no event starts the draft.
        InvalidDefinition: its trigger or the condition behind it cannot be read.
        UnderWay: another one of this workflow is not over.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    actor.require(Permission.EVENTS_READ, account_id=workflow.account_id)
    _check_period(since, until, now)
    with transaction.atomic():
        held = Workflow.objects.select_for_update(no_key=True, of=("self",)).select_related("published_version")
        workflow = held.get(pk=workflow.pk)
        _none_open(workflow, now)
        graph, references, draft = _draft(workflow)
        if not draft.event:
            raise NothingToTest("No event starts this draft, so there is nothing that came in to try it on.")
        _make_room(workflow)
        backtest = Backtest.objects.create(
            account_id=workflow.account_id,
            workflow=workflow,
            version=workflow.published_version,
            was_live=workflow.is_active,
            content_hash=definition_hash(graph, workflow.settings),
            workflow_data=workflow.workflow_data,
            settings=workflow.settings,
            references=references,
            events=list(dict.fromkeys(filter(None, [draft.event, event_of(workflow.published_version)]))),
            since=since,
            until=until,
            created_by_id=actor.user_id,
            created_at=now,
        )
        job = enqueue_job(
            kind=KIND,
            key=f"backtest:{backtest.pk}",
            account_id=workflow.account_id,
            params={"backtest": str(backtest.pk)},
            created_by_id=actor.user_id,
            now=now,
        )
        backtest.job_id = job.pk
        backtest.save(update_fields=["job_id"])
    return backtest


def _check_period(since: datetime, until: datetime, now: datetime) -> None:
    if since.year < FIRST_YEAR:
        raise WrongPeriod("since", f"Must not lie before the year {FIRST_YEAR}; no event is so old.")
    if until > now:
        raise WrongPeriod("until", "Must not lie in the future; events that are still to come cannot be tried.")
    if since >= until:
        raise WrongPeriod("since", "Must be before the end of the period.")
    if until - since > timedelta(days=MOST_DAYS):
        raise WrongPeriod("since", f"The period may be {MOST_DAYS} days long at most.")


def _none_open(workflow: Workflow, now: datetime) -> None:
    """Whoever asks has locked the workflow, so none begins meanwhile."""
    rows = Backtest.objects.select_for_update().filter(workflow=workflow, state__in=Backtest.OPEN)
    for backtest in rows:
        if not settle(backtest, now=now):
            raise UnderWay(backtest)


def _draft(workflow: Workflow) -> tuple[Graph, Mapping[str, Any], Side]:
    graph = read_graph(workflow.workflow_data)
    references = _references(graph, workflow)
    return graph, references, side_of(workflow.workflow_data, workflow.settings, references)


def _references(graph: Graph, workflow: Workflow) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What the draft names; where a step names what is not there, only what its entry condition does."""
    try:
        return references_of(graph, workflow.settings, account_id=workflow.account_id)
    except UnknownReference:
        entry = without_disabled(graph).entry()
    if entry is None:
        return {}
    try:
        return resolve(names_in_node(entry), account_id=workflow.account_id)
    except UnknownReference as error:
        raise InvalidDefinition([Problem(f"{entry.path}.config.conditions", str(error))]) from None


def _make_room(workflow: Workflow) -> None:
    """The backtests that are kept no longer. They were tried on events that have their own end, and none is needed."""
    old = Backtest.objects.filter(workflow=workflow).exclude(state__in=Backtest.OPEN).order_by("-id")
    Backtest.objects.filter(pk__in=list(old.values_list("pk", flat=True)[KEPT - 1 :])).delete()
