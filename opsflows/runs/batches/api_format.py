"""How the API shows a batch, and what OpenAPI says of it."""

from typing import Any

from opsflows.runs.batches.counts import MOST, runs_by_state
from opsflows.runs.batches.prepare import MOST_SENT
from opsflows.runs.batches.standing import Standing, job_of, standing_of
from opsflows.runs.models import Execution, RunBatch

_ID = {"type": "string", "format": "uuid"}
_COUNT = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}


def batch_document(batch: RunBatch) -> dict[str, Any]:
    """A batch as JSON: how far it is, and what became of its runs."""
    standing = standing_of(batch)
    broke_off = job_of(batch) if standing is Standing.FAILED else None
    return {
        "id": batch.id,
        "workflowId": batch.workflow_id,
        "name": batch.name,
        "source": batch.source,
        "status": standing.value,
        "total": batch.total,
        "started": batch.started,
        "skipped": batch.skipped,
        "left": batch.left,
        "runs": {
            status.value: {"count": count.number, "hasMore": count.has_more}
            for status, count in runs_by_state(batch).items()
        },
        "problems": [{"row": row, "message": message} for row, message in batch.problems],
        "error": broke_off.error_message if broke_off else None,
        "createdAt": batch.created_at,
        "beganAt": batch.began_at,
        "endedAt": batch.finished_at or batch.cancelled_at,
    }


def batch_components() -> dict[str, Any]:
    """JSON schemas by name."""
    return {
        "Batch": _whole(_batch()),
        "NewBatch": {
            "type": "object",
            "examples": [{"name": "Renewals in May", "rows": [{"customerName": "Test Company", "value": 150000}]}],
            "properties": {
                "name": {"type": ["string", "null"], "maxLength": 255, "description": "What the batch is called."},
                "rows": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_SENT,
                    "items": {"type": "object", "description": "What an event would carry."},
                },
            },
            "required": ["rows"],
            "additionalProperties": False,
        },
    }


def _batch() -> dict[str, Any]:
    state = _whole({"count": _COUNT, "hasMore": {"type": "boolean", "description": f"There are more than {MOST:,}."}})
    problem = _whole({"row": {**_COUNT, "description": "Of a CSV file the line."}, "message": {"type": "string"}})
    return {
        "id": _ID,
        "workflowId": _ID,
        "name": {"type": "string"},
        "source": {"enum": list(RunBatch.Source.values)},
        "status": {
            "enum": list(Standing.values),
            "description": "Of the starting. `completed`: each row has its run, or was left out.",
        },
        "total": {**_COUNT, "description": "Rows, those that are left out among them."},
        "started": {**_COUNT, "description": "Rows that have a run."},
        "skipped": {**_COUNT, "description": "Rows that were left out."},
        "left": {**_COUNT, "description": "Rows whose turn has not come."},
        "runs": {
            "type": "object",
            "properties": dict.fromkeys(Execution.Status.values, state),
            "additionalProperties": False,
            "description": "How many of its runs are in which state; a state without runs is left out.",
        },
        "problems": {"type": "array", "items": problem, "description": "The first of the rows that were left out."},
        "error": {"type": ["string", "null"], "description": "Why it broke off."},
        "createdAt": _TIME,
        "beganAt": _TIME_OR_NONE,
        "endedAt": {**_TIME_OR_NONE, "description": "When all was started, or when it was stopped."},
    }


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
