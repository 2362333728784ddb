"""Load what claimed rows need to be walked: a fixed number of queries for the whole batch."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextField
from django.db.models.functions import Cast

from opsflows.jsontext import read_stored
from opsflows.runs.engine.claim import POISONED, Claim
from opsflows.runs.engine.run import OpenStep, Run, step_entry
from opsflows.runs.models import Execution, Step, Variable
from opsflows.workflows.cache import definition, warm

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
    "event__name",
    "event__occurred_at",
    "event__source_label",
)


class Spoilt(Exception):  # noqa: N818  (it is what becomes of the run)
    """A run that cannot be walked at all; the message is for the person who has to look at it."""


def load(claims: Sequence[Claim]) -> tuple[list[Run], list[tuple[Claim, str]]]:
    """The runs behind `claims`, and those that cannot be loaded, each with the reason."""
    rows = {row[0]: row[1:] for row in _executions([claim.execution_id for claim in claims])}
    warm({row[2] for row in rows.values()})
    history = _history([claim.execution_id for claim in claims if not claim.is_fresh])
    runs: list[Run] = []
    spoilt: list[tuple[Claim, str]] = []
    for claim in claims:
        try:
            runs.append(_assemble(claim, rows[claim.execution_id], history))
        except Exception as error:
            logger.exception("Run %s cannot be loaded.", claim.execution_id)
            spoilt.append((claim, str(error) if isinstance(error, Spoilt) else f"{type(error).__name__}: {error}"))
    return runs, spoilt


class _History:
    def __init__(self) -> None:
        self.outputs: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
        self.variables: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
        self.open: dict[tuple[uuid.UUID, str, str, int, int], OpenStep] = {}


def _executions(ids: Iterable[uuid.UUID]) -> Any:
    # As text: a payload that somebody damaged by hand must fail alone.
    return Execution.objects.filter(id__in=ids).values_list(
        *_EXECUTION,
        Cast("trigger_data", output_field=TextField()),
        Cast("event__payload__data", output_field=TextField()),
    )


def _history(ids: Sequence[uuid.UUID]) -> _History:
    history = _History()
    if not ids:
        return history
    steps = Step.objects.filter(execution_id__in=ids).order_by("generation", "attempt")
    for step in steps.defer("input_data", "warnings"):
        if step.step_status in (Step.Status.RUNNING, Step.Status.WAITING):
            place = (step.execution_id, step.step_id, step.iteration, step.generation, step.attempt)
            is_wait = step.step_status == Step.Status.WAITING
            history.open[place] = OpenStep(step.id, step.step_id, step.attempt, is_wait)
        else:
            history.outputs[step.execution_id][step.step_id] = step_entry(
                step.step_status, step.output_data, step.handle, step.error_message
            )
    rows = Variable.objects.filter(execution_id__in=ids)
    for execution_id, name, value in rows.values_list("execution_id", "variable_name", "variable_value"):
        history.variables[execution_id][name] = value
    return history


def _assemble(claim: Claim, row: tuple[Any, ...], history: _History) -> Run:
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
        event_name,
        occurred_at,
        source_label,
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
    outputs = history.outputs.get(claim.execution_id, {})
    # Earlier attempts of the step itself are no input of the next.
    outputs.pop(position.node_id, None)
    place = (claim.execution_id, position.node_id, position.iteration, position.generation, position.attempt)
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
        failed_steps=failed_steps,
        zone=zone_of(zone),
        graph=graph,
        data={} if text is None else read_stored(text),
        facts=facts(event_id, event_name, occurred_at, source_label, claim.execution_id),
        position=position,
        woken_by=claim.woken_by,
        outputs=outputs,
        variables=history.variables.get(claim.execution_id, {}),
        open_step=history.open.get(place),
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
