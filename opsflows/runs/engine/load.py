"""Load what claimed rows need to be walked: a fixed number of queries for the whole batch."""

import logging
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextField
from django.db.models.functions import Cast

from opsflows.accounts.calendars import calendar_of
from opsflows.jsontext import read_stored
from opsflows.queue.transient import is_transient
from opsflows.runs.engine.branches import Branches
from opsflows.runs.engine.claim import POISONED, Claim
from opsflows.runs.engine.history import History
from opsflows.runs.engine.run import Run
from opsflows.runs.models import Execution
from opsflows.workflows.cache import definition, warm
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition

logger = logging.getLogger(__name__)

_EXECUTION = (
    "id",
    "account_id",
    "workflow_id",
    "version_id",
    "event_id",
    "depth",
    "priority",
    "started_at",
    "deadline_at",
    "failed_steps",
    "account__timezone",
    "account__calendars__revision",
    "event__name",
    "event__occurred_at",
    "event__source_label",
    "awaited_by",
)


class Spoilt(Exception):  # noqa: N818  (it is what becomes of the run)
    """A run that cannot be walked at all; the message is for the person who has to look at it."""


def load(claims: Sequence[Claim]) -> tuple[list[Run], list[tuple[Claim, str]]]:
    """The runs behind `claims`, and those that cannot be loaded, each with the reason."""
    rows = {row[0]: row[1:] for row in _executions([claim.execution_id for claim in claims])}
    warm({row[2] for row in rows.values()})
    graphs = {execution_id: graph for execution_id, row in rows.items() if (graph := _graph(row[2])) is not None}
    history, branches = History(), Branches()
    history.read([claim for claim in claims if not claim.is_fresh], graphs)
    branches.read(claims, graphs)
    # Branches of one run share what it carries: a long list would else be read once for each of them.
    carried: dict[uuid.UUID, Any] = {}
    runs: list[Run] = []
    spoilt: list[tuple[Claim, str]] = []
    for claim in claims:
        try:
            runs.append(_assemble(claim, rows[claim.execution_id], carried, history, branches))
        except Exception as error:
            if is_transient(error):
                raise
            logger.exception("Run %s cannot be loaded.", claim.execution_id)
            spoilt.append((claim, str(error) if isinstance(error, Spoilt) else f"{type(error).__name__}: {error}"))
    return runs, spoilt


def _executions(ids: Iterable[uuid.UUID]) -> Any:
    # As text: a payload that somebody damaged by hand must fail alone.
    return Execution.objects.filter(id__in=ids).values_list(
        *_EXECUTION,
        Cast("trigger_data", output_field=TextField()),
        Cast("event__payload__data", output_field=TextField()),
    )


def _graph(version_id: uuid.UUID) -> CompiledGraph | None:
    """The version, compiled; None where it cannot be, which `_assemble` tells."""
    try:
        return definition(version_id)
    except InvalidDefinition:
        return None


def _assemble(
    claim: Claim, row: tuple[Any, ...], carried: dict[uuid.UUID, Any], history: History, branches: Branches
) -> Run:
    (
        account_id,
        workflow_id,
        version_id,
        event_id,
        depth,
        priority,
        started_at,
        deadline_at,
        failed_steps,
        zone,
        calendar_revision,
        event_name,
        occurred_at,
        source_label,
        awaited_by,
        trigger_text,
        payload_text,
    ) = row
    if claim.claims > POISONED:
        raise Spoilt(
            f"This run was begun {claim.claims - 1} times and its worker ended each time. It is set aside so that it "
            "does not hold up the others."
        )
    text = trigger_text if trigger_text is not None else payload_text
    position = claim.position
    graph = definition(version_id)
    if position.node_id not in graph.nodes:
        raise Spoilt(f"The version has no step {position.node_id!r}.")
    if claim.execution_id not in carried:
        carried[claim.execution_id] = {} if text is None else read_stored(text)
    fork = branches.fork(claim)
    # A branch counts what failed inside of it from where it stands; its fork adds that up.
    failed_before = failed_steps if claim.branch_id is None else 0
    return Run(
        item_id=claim.item_id,
        fence=claim.fence,
        execution_id=claim.execution_id,
        account_id=account_id,
        workflow_id=workflow_id,
        event_id=event_id,
        depth=depth,
        priority=priority,
        started_at=started_at,
        deadline_at=deadline_at,
        failed_steps=failed_before + (fork.failed_steps if fork is not None and fork.is_joined else 0),
        zone=zone_of(zone),
        calendar=calendar_of(account_id, calendar_revision, zone),
        graph=graph,
        data=carried[claim.execution_id],
        facts=facts(event_id, event_name, occurred_at, source_label, claim.execution_id),
        position=position,
        woken_by=fork.summary if fork is not None else claim.woken_by,
        outputs=history.outputs(claim, graph),
        variables=history.variables(claim, graph),
        open_step=history.open_step(claim),
        branch=branches.place(claim, graph),
        fork=fork,
        awaited_by=awaited_by,
        gate_id=claim.gate_id,
        end_asked=claim.end_asked,
    )


def facts(
    event_id: Any, name: Any, occurred_at: Any, source_label: Any, execution_id: uuid.UUID | None
) -> dict[str, Any]:
    """What texts can read beside the event's own fields: ``event.name``, ``execution.id``, …"""
    event = {
        "id": str(event_id) if event_id else None,
        "name": name,
        "source": source_label,
        "occurred_at": occurred_at.isoformat() if occurred_at else None,
    }
    return {"event": event, "execution": {"id": str(execution_id) if execution_id else None}}


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The zone called `name`; ZoneInfo caches too, but behind a slower door."""
    return ZoneInfo(name)
