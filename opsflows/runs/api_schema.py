"""OpenAPI's components of runs and dry runs."""

from typing import Any

from opsflows.runs.batches.api_format import batch_components
from opsflows.runs.models import Execution, Step
from opsflows.runs.replay.api_format import replay_components

_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}
_OBJECT = {"type": "object"}
_STATUSES = ["evaluated", "would_run", "would_wait", "would_fail", "pinned", "unknown"]
_ITERATION = {**_TEXT, "description": "Of a list: which item, from 0, such as `17`, inside of another `3/17`."}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    return {
        "Execution": _whole(_execution()),
        "ExecutionStep": _whole(_step()),
        "ExecutionFork": _whole(_fork()),
        "NewRun": {
            "type": "object",
            "examples": [{"data": {"customerName": "Test Company", "value": 150000}}],
            "properties": {"data": {**_nullable(_OBJECT), "description": "What an event would carry."}},
            "additionalProperties": False,
        },
        "Test": {
            "type": "object",
            "examples": [{"dryRun": True, "testData": {"customerName": "Test Company", "value": 150000}}],
            "properties": {
                "dryRun": {"enum": [True, None], "description": "Left out, it is true."},
                "testData": {**_nullable(_OBJECT), "description": "What the event would carry."},
                "version": {"enum": ["draft", "published", None], "description": "Left out, the draft is tried."},
            },
            "additionalProperties": False,
        },
        **batch_components(),
        **replay_components(),
        "DryRun": _whole(_dry_run()),
        "DryRunStep": _whole(_dry_run_step()),
        "DryRunBranch": _whole(_dry_run_branch()),
    }


def _execution() -> dict[str, Any]:
    event = {"type": "object", "properties": {"id": _ID, "type": _TEXT}, "required": ["id", "type"]}
    return {
        "id": _ID,
        "workflowId": _ID,
        "version": {"type": "integer"},
        "status": {"enum": list(Execution.Status.values)},
        "origin": {"enum": list(Execution.Origin.values), "description": "What started it."},
        "triggerEvent": {**_nullable(event), "description": "Null where no event started it."},
        "replayOf": {"type": ["string", "null"], "format": "uuid", "description": "The run it was started again from."},
        "currentStep": {**_TEXT_OR_NONE, "description": "Where it stands; of one that failed, where it failed."},
        "startedAt": _TIME,
        "completedAt": _TIME_OR_NONE,
        "executionTimeMs": {"type": ["integer", "null"]},
        "error": _TEXT_OR_NONE,
        "exitReason": {**_TEXT_OR_NONE, "description": "Why it ended before its last step, as a success."},
        "failedSteps": {"type": "integer", "description": "Steps that failed although the run went on."},
        "steps": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ExecutionStep"},
            "description": "Of a list, the steps about one item are asked for with `iteration`.",
        },
        "forks": {"type": "array", "items": {"$ref": "#/components/schemas/ExecutionFork"}},
    }


def _fork() -> dict[str, Any]:
    return {
        "id": _ID,
        "step": {**_TEXT, "description": "The node whose branches, or items, these are."},
        "iteration": _ITERATION,
        "total": {"type": "integer"},
        "done": {"type": "integer"},
        "failed": {"type": "integer"},
        "givenUp": {"type": "integer", "description": "Begun, and not needed any more."},
        "left": {"type": "integer"},
        "isOver": {"type": "boolean"},
        "secondsLeft": {"type": ["integer", "null"], "description": "At the rate so far."},
        "startedAt": _TIME,
        "completedAt": _TIME_OR_NONE,
    }


def _step() -> dict[str, Any]:
    return {
        "id": {**_TEXT, "description": "The node's id."},
        "type": _TEXT_OR_NONE,
        "label": _TEXT_OR_NONE,
        "status": {"enum": list(Step.Status.values)},
        "attempt": {"type": "integer"},
        "iteration": _ITERATION,
        "outcome": {**_TEXT_OR_NONE, "description": "The way it was left by, such as `true`, `done`, `error`."},
        "input": {"description": "Its configuration as rendered, secrets masked."},
        "output": {"description": "What came out; of a condition each comparison with the value it saw."},
        "sets": {**_nullable(_OBJECT), "description": "The variables that it set: their scope, and their values."},
        "warnings": _TEXTS,
        "error": _TEXT_OR_NONE,
        "startedAt": _TIME_OR_NONE,
        "completedAt": _TIME_OR_NONE,
    }


def _dry_run() -> dict[str, Any]:
    return {
        "dryRun": {"const": True},
        "version": {"type": ["integer", "string"], "description": "The version's number, or `draft`."},
        "starts": {"type": "boolean", "description": "Whether an event like this would start a run at all."},
        "status": {"enum": ["completed", "failed", "timeout"], "description": "How the run would end."},
        "error": _TEXT_OR_NONE,
        "endsAt": _TIME,
        "steps": {"type": "array", "items": {"$ref": "#/components/schemas/DryRunStep"}},
        "variables": _OBJECT,
        "problems": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Problem"},
            "description": "What stands in the way of publishing the draft.",
        },
    }


def _dry_run_step() -> dict[str, Any]:
    return {
        "id": _TEXT,
        "type": _TEXT,
        "label": _TEXT,
        "status": {
            "enum": _STATUSES,
            "description": "`evaluated`: it touches nothing, so it was carried out. `unknown`: it needs what an "
            "earlier step would have answered, and is taken to go well. `pinned`: the draft says what it answers.",
        },
        "verdict": {"type": ["boolean", "null"], "description": "Of a condition: whether it holds."},
        "explanation": {**_nullable(_OBJECT), "description": "Why it is left by its way: each comparison."},
        "iteration": _ITERATION,
        "outcome": {**_TEXT_OR_NONE, "description": "The way it would be left by."},
        "input": {"description": "Its configuration as rendered, secrets masked."},
        "output": {"description": "Of a step that was carried out: what came out."},
        "branches": {"type": "array", "items": {"$ref": "#/components/schemas/DryRunBranch"}},
        "total": {"type": ["integer", "null"], "description": "Of a list: of how many items `branches` are the first."},
        "at": {**_TIME, "description": "When the run would come here."},
        "until": {**_TIME_OR_NONE, "description": "Of a wait: until when; null where nothing bounds it."},
        "warnings": _TEXTS,
        "notes": {**_TEXTS, "description": "What cannot be known without running it in earnest."},
        "error": {**_TEXT_OR_NONE, "description": "What it would fail with."},
    }


def _dry_run_branch() -> dict[str, Any]:
    return {
        "position": {"type": "integer"},
        "name": _TEXT,
        "item": {"description": "Of a list: what it is about."},
        "status": {"enum": ["completed", "failed", "dropped"]},
        "error": _TEXT_OR_NONE,
        "output": {"description": "What it hands over."},
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
