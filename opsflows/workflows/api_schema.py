"""OpenAPI's components of workflows: what is sent, and what is shown."""

from typing import Any

from opsflows.workflows.action_schema import action_components
from opsflows.workflows.api_input import MAX_REVISION, READ_ONLY_KEYS
from opsflows.workflows.exits import EXITS_SCHEMA
from opsflows.workflows.handling import HANDLING_SCHEMA
from opsflows.workflows.limits_schema import LIMITS_SCHEMA
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import MAX_EDGES, MAX_LABEL, MAX_NODES
from opsflows.workflows.rule_trigger import TRIGGER_SCHEMA
from opsflows.workflows.save_draft import MAX_NAME
from opsflows.workflows.tag_names import LONGEST, MOST

_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_TIME = {"type": "string", "format": "date-time"}
_PROBLEMS = {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}
_NODE_ID = {**_TEXT, "pattern": "^[A-Za-z0-9_-]{1,255}$"}
_EXAMPLE = {
    "name": "High-value deal",
    "trigger": "private_offer.accepted",
    "conditions": {"logic": "AND", "rules": [{"field": "value", "operator": "greater_than", "value": 100000}]},
    "actions": [
        {"type": "slack", "channel": "#sales-wins", "message": "{{customerName}} accepted a ${{value}} deal"},
        {"type": "create_task", "title": "Celebrate with {{customerName}}", "dueDate": "+7 days"},
    ],
    "active": False,
}
_TAGS = {"items": {**_TEXT, "maxLength": LONGEST, "pattern": "^[^,]*$"}, "maxItems": MOST}
_LABEL = {**_TEXT_OR_NONE, "maxLength": MAX_LABEL}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    sent = _sent()
    read_only = {name: {"description": "Passed over."} for name in READ_ONLY_KEYS}
    revision = {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": MAX_REVISION,
        "description": "As it was read: 409 where somebody else has saved since. Left out, what is sent wins.",
    }
    return {
        "NewWorkflow": {**_object({**sent, "name": _name(_TEXT)}, required=["name"]), "examples": [_EXAMPLE]},
        "WorkflowChange": {**_object({**sent, "revision": revision, **read_only}), "minProperties": 1},
        "WorkflowSummary": _object(_summary(), required=list(_summary())),
        "Workflow": _object(_shown(), required=sorted(_shown().keys() - {"triggerStep", "conditionsStep"})),
        "WorkflowVersion": _object(_version(), required=list(_version())),
        "WorkflowCopy": _object({"name": {**_name(_TEXT_OR_NONE), "description": "Left out: “(copy)” is added."}}),
        "PublishRequest": _object(_request(), required=list(_request())),
        "Graph": _graph(),
        "StepNames": _object(
            {"id": _NODE_ID, "label": _LABEL, "critical": {"type": ["boolean", "null"]}, **HANDLING_SCHEMA}
        ),
        **action_components(),
    }


def _sent() -> dict[str, Any]:
    rule = {
        "trigger": TRIGGER_SCHEMA,
        "conditions": {
            "description": "Only if these hold: `{logic, rules}`, a list, or one comparison.",
            "examples": [{"logic": "AND", "rules": [{"field": "value", "operator": "greater_than", "value": 100}]}],
        },
        "actions": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Action"}},
        "triggerStep": _or_null({"$ref": "#/components/schemas/StepNames"}),
        "conditionsStep": _or_null({"$ref": "#/components/schemas/StepNames"}),
    }
    return {
        "name": _name(_TEXT),
        "description": _TEXT_OR_NONE,
        "category": {"enum": [*Workflow.Category.values, None]},
        "tags": {
            "type": ["array", "null"],
            **_TAGS,
            "description": "These and no others, kept in small letters; by them lists are narrowed. They do not touch "
            "what runs, nor `revision`.",
        },
        "active": {
            "type": ["boolean", "null"],
            "description": "True publishes it: it is live at once, or waits for a second pair of eyes and says so.",
        },
        **rule,
        "settings": {
            "type": ["object", "null"],
            "description": "priority, timeout, and what else Rules names.",
            "properties": {"exits": EXITS_SCHEMA, **LIMITS_SCHEMA},
        },
        "errorHandling": {"description": "onError, retryCount, retryDelay, notifyOnFailure, errorWorkflow."},
        "workflow_data": {
            "$ref": "#/components/schemas/Graph",
            "description": "The graph itself, instead of trigger, conditions and actions.",
        },
    }


def _name(kind: dict[str, Any]) -> dict[str, Any]:
    return {**kind, "minLength": 1, "maxLength": MAX_NAME, "description": "In a few words what it does."}


def _summary() -> dict[str, Any]:
    return {
        "id": _ID,
        "name": _TEXT,
        "description": _TEXT,
        "category": {"enum": list(Workflow.Category.values)},
        "tags": {"type": "array", **_TAGS},
        "trigger": TRIGGER_SCHEMA,
        "active": {"type": "boolean", "description": "Live: its trigger starts it."},
        "status": {"enum": ["draft", "published"]},
        "version": {"type": ["integer", "null"], "description": "The number of what is published."},
        "revision": {"type": "integer", "description": "Rises with every change of the draft."},
        "createdAt": _TIME,
        "updatedAt": _TIME,
    }


def _shown() -> dict[str, Any]:
    sent = _sent()
    return {
        **_summary(),
        "trigger": {**TRIGGER_SCHEMA, "description": "Null, like conditions and actions, where no rule says the same."},
        **{name: sent[name] for name in ("conditions", "triggerStep", "conditionsStep", "errorHandling")},
        "actions": {"type": ["array", "null"], "items": {"type": "object"}},
        "settings": {"type": "object"},
        "workflow_data": {"type": "object", "description": "The draft, as the graph that it is."},
        "unpublishedChanges": {"type": "boolean", "description": "The draft says something else than what is live."},
        "approval": {
            **_or_null({"$ref": "#/components/schemas/PublishRequest"}),
            "description": "What waits for a second pair of eyes.",
        },
        "problems": {**_PROBLEMS, "description": "What stands in the way of publishing."},
        "warnings": {**_PROBLEMS, "description": "What may be a slip."},
    }


def _version() -> dict[str, Any]:
    return {
        "id": _ID,
        "version": {"type": "integer"},
        "trigger": {**_TEXT, "description": "The event that starts it; empty where it is started otherwise."},
        "note": _TEXT,
        "contentHash": _TEXT,
        "active": {"type": "boolean", "description": "Events start this one now."},
        "createdBy": _TEXT_OR_NONE,
        "createdAt": _TIME,
    }


def _request() -> dict[str, Any]:
    return {
        "id": _ID,
        "requestedBy": _TEXT_OR_NONE,
        "requestedAt": _TIME,
        "revision": {"type": "integer", "description": "Of the draft, when it was asked for."},
        "note": _TEXT,
    }


def _graph() -> dict[str, Any]:
    data = _object(
        {
            "label": _LABEL,
            "kind": _LABEL,
            "config": {"type": "object"},
            "critical": {"type": ["boolean", "null"]},
            **HANDLING_SCHEMA,
        }
    )
    node = {"id": _NODE_ID, "type": _LABEL, "data": data}
    edge = {
        "source": {**_TEXT, "minLength": 1},
        "target": {**_TEXT, "minLength": 1},
        "sourceHandle": _LABEL,
    }
    return {
        "type": "object",
        "description": "React Flow's nodes and edges; what else it keeps there (position, size) stays as it is.",
        "properties": {
            "nodes": {"type": "array", "maxItems": MAX_NODES, "items": _open(node, ["id", "data"])},
            "edges": {"type": "array", "maxItems": MAX_EDGES, "items": _open(edge, ["source", "target"])},
        },
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or [], "additionalProperties": False}


def _open(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
