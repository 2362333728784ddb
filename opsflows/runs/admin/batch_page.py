"""A batch's page: what the first runs are given until it begins, then how far it is and what became of its runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.http import urlencode
from django.utils.safestring import SafeString

from opsflows.admin_site.document import document
from opsflows.admin_site.markup import Look, badge, list_of
from opsflows.outbound import redact_value
from opsflows.records.start_batch import data_of_records
from opsflows.rules.lookup import MISSING, lookup
from opsflows.runs.admin.batch_acts import rows
from opsflows.runs.admin.looks import RUN
from opsflows.runs.batches.counts import Count, runs_by_state
from opsflows.runs.batches.parts import unpacked
from opsflows.runs.batches.standing import OVER, Standing, job_of, standing_of
from opsflows.runs.batches.work import DataOf, LeftOut, as_sent, cells_by_column
from opsflows.runs.models import Execution, RunBatch
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.inputs import inputs_of
from opsflows.workflows.models import WorkflowVersion
from opsflows.workflows.read_graph import read_graph

LOOKS = {
    Standing.PREPARED: Look("Not started", "off", "visibility"),
    Standing.WAITING: Look("Waits", "waiting", "schedule"),
    Standing.RUNNING: Look("Under way", "running", "play_circle"),
    Standing.DONE: Look("All started", "done", "check_circle"),
    Standing.FAILED: Look("Broken off", "failed", "error"),
    Standing.CANCELLED: Look("Stopped", "off", "cancel"),
}
#: Rows that are shown before the batch begins.
_SHOWN = 5
_DATA: Mapping[str, DataOf] = {
    RunBatch.Source.CSV: cells_by_column,
    RunBatch.Source.ROWS: as_sent,
    RunBatch.Source.RECORDS: data_of_records,
}


def batch_context(batch: RunBatch) -> dict[str, Any]:
    """What templates/admin/opsflows/batch.html shows."""
    standing = standing_of(batch)
    counts = runs_by_state(batch)
    first = _first(batch) if standing is Standing.PREPARED else []
    is_moving = standing in (Standing.WAITING, Standing.RUNNING) or Execution.Status.RUNNING in counts
    return {
        "batch": batch,
        "look": LOOKS[standing],
        "badge": badge(LOOKS[standing]),
        "sentence": _sentence(batch, standing),
        "is_prepared": standing is Standing.PREPARED,
        "is_over": standing in OVER,
        "is_live": is_moving,
        "done_percent": _percent(batch.started, batch.total),
        "skipped_percent": _percent(batch.skipped, batch.total),
        "runs": [_state(batch, status, count) for status, count in counts.items()],
        "runs_url": _runs(batch),
        "first": [(number, document(redact_value(data), most=200)) for number, data in first],
        "missing": _missing(batch, [data for _, data in first]),
        "problems": batch.problems,
        "more_problems": batch.skipped - len(batch.problems),
        "place": "Line" if batch.source == RunBatch.Source.CSV else "Row",
        "job": job_of(batch),
    }


def _sentence(batch: RunBatch, standing: Standing) -> str:
    left_out = f", {rows(batch.skipped)} left out" if batch.skipped else ""
    match standing:
        case Standing.PREPARED:
            return f"{rows(batch.left)} ready{left_out}. Nothing is started yet: look at the first ones, then start."
        case Standing.WAITING:
            return f"{batch.started:,} of {rows(batch.total)} started. It waits for a worker."
        case Standing.RUNNING:
            return f"{batch.started:,} of {rows(batch.total)} started{left_out}, {batch.left:,} left."
        case Standing.DONE:
            return f"{rows(batch.started)} started{left_out}."
        case Standing.FAILED:
            return f"{rows(batch.started)} started{left_out}, {batch.left:,} left. What went wrong stands below."
    return f"{rows(batch.started)} started, which go on{left_out}; {batch.left:,} will not be started."


def _first(batch: RunBatch) -> list[tuple[int, Any]]:
    """The first rows, as their runs would be given them."""
    part = batch.parts.first()
    if part is None:
        return []
    found = _DATA[batch.source](batch, unpacked(bytes(part.rows))[:_SHOWN])
    return [(number, data.reason if isinstance(data, LeftOut) else data) for number, data in found.items()]


def _missing(batch: RunBatch, given: Sequence[Any]) -> list[str]:
    """What the workflow reads and none of the first rows has."""
    published = batch.workflow.published_version_id
    version = WorkflowVersion.objects.filter(pk=published).first() if given and published else None
    if version is None:
        return []
    try:
        inputs = inputs_of(read_graph(version.workflow_data), references=version.references, schema={})
    except InvalidDefinition:
        return []
    known = [data for data in given if isinstance(data, dict)]
    return [each.path for each in inputs if known and all(lookup(data, each.path) is MISSING for data in known)]


def _state(batch: RunBatch, status: Execution.Status, count: Count) -> tuple[SafeString, str]:
    """The state with how many runs are in it, and the address of their list."""
    number = f"{'more than ' if count.has_more else ''}{count.number:,}"
    return badge(RUN[status], f"{RUN[status].word}: {number}"), _runs(batch, status=status.value)


def _runs(batch: RunBatch, **more: str) -> str:
    return list_of(Execution, "?" + urlencode({"batch": str(batch.pk), **more}))


def _percent(count: int, total: int) -> str:
    # As text with a point, whatever the language of the page: it goes into an attribute of SVG.
    return f"{100 * count / total:.2f}" if total else "0"
