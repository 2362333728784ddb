"""Rules and graphs to test with, and the kinds of action that Rules' examples use and nothing brings yet."""

from typing import Any

from opsflows.workflows.kinds import PureKind, StepConfig

DEAL_ALERT: dict[str, Any] = {
    "name": "High-Value Deal Alert",
    "trigger": "private_offer.accepted",
    "conditions": {
        "logic": "AND",
        "rules": [
            {"field": "value", "operator": "greater_than", "value": 100000},
            {"field": "vendor", "operator": "equals", "value": "aws"},
        ],
    },
    "actions": [
        {"type": "slack", "channel": "#sales-wins", "message": "Big win! {{customerName}} - ${{value}}"},
        {"type": "webhook", "url": "https://crm.example/deals", "payload": {"amount": "{{value}}"}},
    ],
}


def node(node_id: str, kind: str, /, step_type: str = "action", **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": step_type, "data": {"kind": kind, "config": config}}


def trigger(event: str = "order.shipped") -> dict[str, Any]:
    return node("trigger", "event", "trigger", event=event)


def edge(source: str, target: str, handle: str = "done") -> dict[str, Any]:
    return {"source": source, "target": target, "sourceHandle": handle}


def graph(*nodes: dict[str, Any], edges: list[dict[str, Any]]) -> dict[str, Any]:
    return {"nodes": list(nodes), "edges": edges}


def stop(node_id: str) -> dict[str, Any]:
    return node(node_id, "stop")


def task(node_id: str) -> dict[str, Any]:
    return node(node_id, "create_task", title="Call them")


def check(node_id: str, field: str = "value") -> dict[str, Any]:
    leaf = {"field": field, "operator": "is_not_empty"}
    return node(node_id, "condition", "condition", conditions=leaf)


class AnyConfig(StepConfig, extra="allow"):
    """Whatever the examples say."""


def example_kind(name: str) -> PureKind:
    return type(name, (PureKind,), {"kind": name, "label": name, "Config": AnyConfig})()


#: Rules' worked examples, word for word but for the texts of the messages.
EXAMPLES: list[dict[str, Any]] = [
    {
        **DEAL_ALERT,
        "actions": [
            {"type": "slack", "channel": "#sales-wins", "message": "Big Win! {{customerName}} - ${{value}}"},
            {"type": "email", "to": ["sales-leadership@company.example"], "template": "high-value-deal"},
            {
                "type": "salesforce_create",
                "object": "Opportunity",
                "mapping": {"Name": "{{customerName}} - {{productName}}", "Amount": "{{value}}"},
            },
        ],
    },
    {
        "name": "90-Day Renewal Reminder",
        "trigger": "contract.expiring",
        "conditions": {"rules": [{"field": "daysUntilExpiry", "operator": "equals", "value": 90}]},
        "actions": [
            {
                "type": "create_task",
                "title": "Renewal conversation: {{customerName}}",
                "assignTo": "account_owner",
                "dueDate": "+7 days",
                "priority": "high",
            },
            {"type": "email", "to": ["{{accountOwnerEmail}}"], "template": "renewal-reminder-internal"},
            {
                "type": "create_draft_offer",
                "basedOn": "current_contract",
                "adjustments": {"duration": 12, "discount": 0},
            },
        ],
    },
    {
        "name": "Metering Failure Escalation",
        "trigger": "metering.failed",
        "conditions": {"rules": [{"field": "retryCount", "operator": "greater_than", "value": 3}]},
        "actions": [
            {
                "type": "slack",
                "channel": "#engineering-alerts",
                "message": "Metering failure: {{customerName}} - {{dimension}}\nError: {{errorMessage}}",
            },
            {
                "type": "create_task",
                "title": "URGENT: Fix metering for {{customerName}}",
                "assignTo": "engineering_lead",
                "dueDate": "today",
                "priority": "urgent",
            },
        ],
    },
    {
        "name": "New Customer Onboarding",
        "trigger": "customer.created",
        "actions": [
            {"type": "email", "to": ["{{customerEmail}}"], "template": "welcome-email"},
            {
                "type": "create_task_series",
                "tasks": [
                    {"title": "Schedule kickoff call", "dueDate": "+1 day"},
                    {"title": "Check-in call", "dueDate": "+14 days"},
                ],
                "assignTo": "customer_success",
            },
            {"type": "slack", "channel": "#new-customers", "message": "New customer: {{customerName}}"},
        ],
    },
]
