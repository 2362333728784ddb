"""How the API shows a job that takes up many runs, what it takes, and what OpenAPI says of it."""

from typing import Any

from opsflows.queue.models import Job
from opsflows.runs.replay.which import FAILED, MAX_NAMED

_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_FROM = {"enum": ["failed_step", "start"], "description": "Where it goes on; left out, from the failed step."}
_VERSION = {"enum": ["same", "newest", None], "description": "With `start`: the version it had, or what is published."}


def job_document(job: Job) -> dict[str, Any]:
    """A job as JSON: how far it is, and what came of it."""
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "result": job.result,
        "error": job.error_message,
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "finishedAt": job.finished_at,
    }


def replay_components() -> dict[str, Any]:
    """JSON schemas by name."""
    filters = {
        "workflowId": {**_ID, "description": "Of this workflow."},
        "status": {"enum": list(FAILED), "description": "Left out, both."},
        "since": {**_TIME, "description": "Ended then or later."},
        "until": {**_TIME, "description": "Ended before then."},
    }
    return {
        "Job": {
            "type": "object",
            "properties": (properties := _job()),
            "required": list(properties),
            "additionalProperties": False,
        },
        "Retry": {
            "type": "object",
            "examples": [{"from": "start", "version": "newest"}],
            "properties": {"from": _FROM, "version": _VERSION},
            "additionalProperties": False,
        },
        "RetryMany": {
            "type": "object",
            "examples": [{"filter": {"status": "failed", "since": "2026-03-02T09:00:00Z"}, "from": "failed_step"}],
            "properties": {
                "ids": {"type": "array", "items": _ID, "minItems": 1, "maxItems": MAX_NAMED},
                "filter": {
                    "type": "object",
                    "properties": filters,
                    "minProperties": 1,
                    "additionalProperties": False,
                    "description": "Failed runs that have all of this in common.",
                },
                "from": _FROM,
                "version": _VERSION,
            },
            "anyOf": [{"required": ["ids"]}, {"required": ["filter"]}],
            "additionalProperties": False,
        },
    }


def _job() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return {
        "id": _ID,
        "kind": _TEXT,
        "status": {"enum": list(Job.Status.values)},
        "done": count,
        "total": {"type": ["integer", "null"], "minimum": 0},
        "note": {**_TEXT, "description": "What it is at."},
        "result": {"description": "What came of it, so far or in the end."},
        "error": {"type": ["string", "null"]},
        "createdAt": _TIME,
        "startedAt": _TIME_OR_NONE,
        "finishedAt": _TIME_OR_NONE,
    }
