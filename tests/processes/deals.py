"""The events that are sent through a stack under trial, and the rules that they meet."""

from collections.abc import Iterable
from typing import Any

EVENT = "deal.won"
EMITTED = "deal.reviewed"
#: How the product files what an `hmac` source calls `deal.won`.
STORED = f"hmac.{EVENT}"


def call(url: str) -> dict[str, Any]:
    """The action that tells the receiver."""
    return {"type": "webhook", "url": url, "payload": {"deal": "{{event_id}}", "amount": "{{amount}}"}}


def rule(url: str, *, name: str = "Review", trigger: str = STORED, first: Iterable[Any] = ()) -> dict[str, Any]:
    """webhook → condition → `first` → create task → send an event → HTTP POST to `url`."""
    return {
        "name": name,
        "trigger": trigger,
        "conditions": {"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]},
        "actions": [
            *first,
            {"type": "create_task", "title": "Review {{event_id}}", "dueDate": "+7 days"},
            {"type": "emit_event", "event": EMITTED, "payload": {"deal": "{{event_id}}"}},
            call(url),
        ],
        "settings": {"errorHandling": {"retryCount": 3, "retryDelay": 1}},
    }


def deals(prefix: str, count: int, *, event: str = EVENT) -> dict[str, dict[str, Any]]:
    """Bodies by their key, all of which pass the condition."""
    keys = [f"{prefix}-{number:06d}" for number in range(count)]
    return {key: {"type": event, "event_id": key, "amount": 2000 + number} for number, key in enumerate(keys)}
