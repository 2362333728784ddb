"""A step, its ways out, and what starts a workflow, each in one line."""

from collections.abc import Mapping
from typing import Any

from opsflows.outbound import redact_value
from opsflows.rules.text import to_text
from opsflows.workflows import triggers
from opsflows.workflows.graph import CONDITION, Graph, Node
from opsflows.workflows.wording.clauses import clause_of, in_line
from opsflows.workflows.wording.places import place_of
from opsflows.workflows.wording.values import value_in_words

_HANDLES = {
    "true": "if yes",
    "false": "if no",
    "error": "if it fails",
    "done": "then",
    "each": "for each item",
    "approved": "if approved",
    "rejected": "if rejected",
    "expired": "if nobody decides in time",
    "recalled": "if it is taken back",
    "changes_requested": "if changes are asked for",
    "found": "if it is found",
    "missing": "if it is not found",
    "received": "if it comes",
    "timeout": "if it takes too long",
    "valid": "if all is well",
    "invalid": "if something is wrong",
}
#: What says most about a step, the first that its configuration has.
_TELLING = ("title", "subject", "message", "url", "event", "duration", "until", "reason", "table", "items")
#: How a step's one line goes on behind what it is called: the first of these that it has.
_QUOTED = ("title", "subject", "template", "name", "reason", "table", "policy", "text")
_WHOM = ("channel", "to", "assignTo", "url", "event", "workflowId", "object", "duration", "until", "items", "values")
_LONGEST = 160
_LINE = 80


def way_in_words(handle: str) -> str:
    """A way out of a step: `if yes`, `if it fails`, the name of a case or branch."""
    return _HANDLES.get(handle, handle)


def is_plain_way(handle: str) -> bool:
    """Whether the way out is one that many kinds have, which need not be said where the next line follows."""
    return handle in ("true", "false", "error", "done")


def gist(config: Mapping[str, Any]) -> str:
    """The one thing in a step's configuration that tells what it is about."""
    named = [config[key] for key in ("values", "formulas") if isinstance(config.get(key), Mapping)]
    listed = [config[key] for key in ("branches", "variants") if isinstance(config.get(key), list)]
    named += [[each.get("name") for each in names if isinstance(each, Mapping)] for names in listed]
    found = ", ".join(str(name) for names in named for name in names)
    found = found or next((to_text(config[name]) for name in _TELLING if config.get(name)), "")
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"


def step_in_words(node: Node) -> str:
    """A step in one line: `Send a Slack message to #deals`, `Create a task “Call”`. Secrets are masked."""
    called = place_of(node).label
    if node.kind == CONDITION:
        cases = clause_of(node)
        said = in_line(node.config.get("conditions")) if not node.config.get("cases") else cases.sentence
        return f"{called}: {_short(said)}"
    config: Mapping[str, Any] = redact_value(node.config)
    told = _whom(config) or _quoted(config)
    return f"{called} {told}".rstrip()


def trigger_in_words(node: Node) -> str:
    """What starts it: the name of an event, `Every day at 07:00 (UTC)`; empty where nothing is chosen yet."""
    return triggers.in_words(node.kind, node.config)


def starts_in_words(graph: Graph) -> str:
    """What starts a workflow; empty where nothing is chosen yet."""
    return ", ".join(trigger_in_words(node) for node in graph.triggers)


def _whom(config: Mapping[str, Any]) -> str:
    for key in ("channel", "to"):
        if config.get(key):
            return f"to {_short(value_in_words(config[key]))}"
    return ""


def _quoted(config: Mapping[str, Any]) -> str:
    for key in _QUOTED:
        if isinstance(config.get(key), str) and config[key]:
            return f"“{_short(config[key])}”"
    for key in _WHOM:
        if config.get(key):
            value = config[key]
            return _short(", ".join(map(str, value)) if isinstance(value, Mapping) else value_in_words(value))
    return _short(gist(config))


def _short(text: str) -> str:
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
