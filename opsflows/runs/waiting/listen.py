"""Write down what runs listen for, in the commit with which they rest; nothing for a run that listens for nothing."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from opsflows.events.models import Event
from opsflows.rules import RenderError
from opsflows.runs.engine.progress import Parked, Progress
from opsflows.runs.engine.run import Run
from opsflows.runs.models import EventWait, QueueItem
from opsflows.runs.waiting.matching import match_key, value_problem
from opsflows.runs.waiting.take import place_name
from opsflows.workflows.exits import CompiledExit

_WRITTEN_ANEW = (
    "item_id",
    "event_name",
    "match_field",
    "match_key",
    "match_value",
    "conditions",
    "since",
    "looked_back",
    "looked_to",
    "is_open",
    "event",
    "created_at",
)


def waits_of(progresses: Sequence[Progress], *, now: datetime) -> list[EventWait]:
    """What the runs of `progresses` listen for from now on. An exit that cannot be listened for warns on its step."""
    resting = [progress for progress in progresses if progress.run.graph.listens and isinstance(progress.rest, Parked)]
    if not resting:
        return []
    begun = _begun([progress.run for progress in resting])
    known = _with_exits([progress.run for progress in resting])
    waits: list[EventWait] = []
    for progress in resting:
        waits.extend(_step_wait(progress, begun, now))
        if progress.run.execution_id not in known and _first_rest(progress):
            waits.extend(_exit_waits(progress, begun[progress.run.execution_id], now))
    return waits


def write_waits(waits: Sequence[EventWait]) -> None:
    """Write what `waits_of` gave, once the rows are written that it refers to."""
    if waits:
        # A step that waits once more at the same place listens anew.
        EventWait.objects.bulk_create(
            waits,
            update_conflicts=True,
            unique_fields=["execution", "purpose", "place"],
            update_fields=_WRITTEN_ANEW,
        )


def _begun(runs: Sequence[Run]) -> dict[uuid.UUID, datetime]:
    """Since when events count, by run: since its event came in, not since it was routed; else since its start."""
    ids = {run.event_id for run in runs if run.event_id is not None}
    received = dict(Event.objects.filter(id__in=ids).values_list("id", "received_at"))
    return {
        run.execution_id: run.started_at if run.event_id is None else received.get(run.event_id, run.started_at)
        for run in runs
    }


def _with_exits(runs: Sequence[Run]) -> set[uuid.UUID]:
    """Whose exits are written already. A run that is taken up after its end has another queue row, and begins anew."""
    rows = EventWait.objects.filter(execution_id__in={run.execution_id for run in runs}, purpose=EventWait.Purpose.EXIT)
    return set(rows.filter(item_id__in={run.item_id for run in runs}).values_list("execution_id", flat=True))


def _first_rest(progress: Progress) -> bool:
    """Whether the run rests as a whole; a branch comes after that, and a run handed back has not rested yet."""
    assert isinstance(progress.rest, Parked)  # noqa: S101  (chosen so)
    return progress.run.branch is None and progress.rest.status != QueueItem.Status.QUEUED


def _step_wait(progress: Progress, begun: dict[uuid.UUID, datetime], now: datetime) -> Iterator[EventWait]:
    assert isinstance(progress.rest, Parked)  # noqa: S101  (chosen so)
    listens, run = progress.rest.listens, progress.run
    if listens is None:
        return
    record = progress.records[-1]
    yield EventWait(
        account_id=run.account_id,
        execution_id=run.execution_id,
        purpose=EventWait.Purpose.STEP,
        place=place_name(record.node.id, record.iteration, record.generation, record.attempt),
        item_id=run.item_id,
        event_name=listens.event,
        match_field=listens.field,
        match_key=_key(listens.field, listens.value),
        match_value=listens.value,
        conditions=listens.conditions,
        # What it took before does not end it once more.
        since=begun[run.execution_id] if record.row_id is None else now,
        created_at=now,
    )


def _exit_waits(progress: Progress, since: datetime, now: datetime) -> Iterator[EventWait]:
    run = progress.run
    for each in run.graph.exits:
        if not each.event:
            continue
        value, problem = _value(each, run)
        if problem is not None and progress.records:
            warning = f"The exit at {each.event} does not listen: its value {problem}"
            progress.records[-1].warnings = (*progress.records[-1].warnings, warning)
        yield EventWait(
            account_id=run.account_id,
            execution_id=run.execution_id,
            purpose=EventWait.Purpose.EXIT,
            place=str(each.position),
            item_id=run.item_id,
            event_name=each.event,
            match_field=each.field,
            match_key=_key(each.field, value),
            match_value=value,
            conditions=each.conditions,
            reason=each.reason,
            since=since,
            is_open=problem is None,
            created_at=now,
        )


def _value(each: CompiledExit, run: Run) -> tuple[Any, str | None]:
    """What the exit's field must have in this run, or why it cannot be told."""
    if not each.field:
        return None, None
    try:
        value = each.value.render(run.scope(), run.clock).value["value"]
    except RenderError as error:
        return None, str(error)
    problem = value_problem(value)
    return (value, None) if problem is None else (None, problem)


def _key(field: str, value: Any) -> str:
    return (match_key(value) or "") if field else ""
