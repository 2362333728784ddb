"""A workflow's draft as a document: all that it says, in an order that reads well, without what only drawing needs."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

import simplejson

from opsflows.outbound import redact_value
from opsflows.studio.exchange.faults import Fault, Unreadable
from opsflows.studio.exchange.key_order import STEP_FIRST, STEP_LAST, action_in_order, in_order, settings_in_order
from opsflows.studio.exchange.steps_form import to_steps
from opsflows.studio.exchange.write_yaml import number_text, write_yaml
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph, to_rule
from opsflows.workflows.rule_problems import rule_problems

Format = Literal["yaml", "json"]
#: Of the form of documents; a later one says so.
VERSION = 1


def to_document(workflow: Workflow) -> dict[str, Any]:
    """The draft of `workflow`, which is asked for its tags. What test runs take for answers is left out.

    Secrets are masked: import puts them back where it finds the same workflow.

    Raises:
        Unreadable: the draft is broken, so that nothing can be said about it.
    """
    document: dict[str, Any] = {"opsflows": VERSION, "name": workflow.workflow_name}
    if workflow.description:
        document["description"] = workflow.description
    document["category"] = str(workflow.category)
    if tags := sorted(tag.name for tag in workflow.tags.all()):
        document["tags"] = tags
    if workflow.is_template:
        document["template"] = True
    try:
        document |= definition_of(workflow.workflow_data, workflow.settings)
    except InvalidDefinition as error:
        problem = error.problems[0]
        message = f"{problem.message} Open the workflow and mend it, then export it again."
        raise Unreadable([Fault(f"{workflow.workflow_name}: {problem.path}", message)]) from None
    if workflow.settings:
        document["settings"] = settings_in_order(redact_value(workflow.settings))
    return document


def text_of(documents: Iterable[Mapping[str, Any]], form: Format) -> str:
    """Documents as a file's content: YAML one behind the other, JSON as one object, or as a list of several."""
    documents = [*documents]
    if form == "yaml":
        return write_yaml(documents)
    whole = documents[0] if len(documents) == 1 else documents
    return f"{simplejson.dumps(_plain(whole), indent=2, ensure_ascii=False, use_decimal=True)}\n"


def definition_of(workflow_data: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What starts the workflow and what it does: as a rule where one says the same, else as a list of steps.

    Raises:
        InvalidDefinition: the draft is broken.
    """
    unpinned = without_pins(workflow_data)
    graph = read_graph(unpinned)
    rule = to_rule(unpinned)
    if rule is not None and _says_the_same(rule, graph, settings):
        return _rule_in_order(redact_value(rule))
    return {"steps": redact_value(to_steps(graph, unpinned))}


def without_pins(workflow_data: Mapping[str, Any]) -> dict[str, Any]:
    """`workflow_data` without what test runs take for answers: that is somebody's data, and means nothing."""
    nodes = workflow_data.get("nodes")
    if not isinstance(nodes, list):
        return dict(workflow_data)
    return {**workflow_data, "nodes": [_unpinned(node) for node in nodes]}


def _unpinned(node: Any) -> Any:
    if not isinstance(node, Mapping) or not isinstance(node.get("data"), Mapping):
        return node
    return {**node, "data": {key: value for key, value in node["data"].items() if key != "pinned"}}


def _says_the_same(rule: Mapping[str, Any], graph: Graph, settings: Mapping[str, Any]) -> bool:
    if rule_problems(rule):
        return False
    return definition_hash(read_graph(to_graph(rule)), settings) == definition_hash(graph, settings)


def _rule_in_order(rule: Mapping[str, Any]) -> dict[str, Any]:
    ordered = {"trigger": in_order(rule["trigger"])}
    for key in ("triggerStep", "conditions", "conditionsStep"):
        if key in rule:
            ordered[key] = in_order(rule[key]) if key == "conditions" else in_order(rule[key], STEP_FIRST, STEP_LAST)
    return {**ordered, "actions": [action_in_order(action) for action in rule["actions"]]}


def _plain(value: Any) -> Any:
    """Numbers as YAML writes them, so that both forms hold the same digits."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        text = number_text(value)
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    return value
