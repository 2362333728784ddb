"""A definition as conflicts look at it: what starts it, the condition that decides, and its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from opsflows.rules.compare import as_number
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.conditions.tree import Group, Leaf, parse_tree
from opsflows.rules.conditions.tree import Node as Condition
from opsflows.rules.errors import RuleError
from opsflows.workflows.error_workflow import KIND, named_in
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, EVENT, Graph, Node
from opsflows.workflows.kinds import StepConfig
from opsflows.workflows.named_conditions import expand_graph
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen
from opsflows.workflows.registry import all_kinds

#: What a run's steps read besides the event's own fields, and what changes while it goes on.
_OF_THE_RUN = frozenset({"steps", "item", "index", "execution", "event"})


@dataclass(frozen=True)
class Rule:
    """One workflow, draft or live. `entry` is None where there is no condition, or none that can be read."""

    id: str
    name: str
    graph: Graph
    settings: Mapping[str, Any]
    entry: Condition | None = None
    entry_id: str = ""
    is_readable: bool = True
    #: The id of the workflow that is started with each run of it that fails; empty where none is.
    error_workflow: str = ""

    @cached_property
    def event(self) -> str:
        """The event that starts it; empty where none does."""
        trigger = self.graph.triggers[0] if len(self.graph.triggers) == 1 else None
        event = trigger.config.get("event") if trigger and trigger.kind == EVENT else None
        return event if isinstance(event, str) else ""

    @cached_property
    def steps(self) -> list[Node]:
        """Its steps, but for the condition that decides whether a run starts."""
        return [node for node in self.graph.nodes if not node.is_trigger and node.id != self.entry_id]

    @cached_property
    def set_names(self) -> frozenset[str]:
        """Names that do not stand for what the event carries, or not all the time."""
        found = set(_OF_THE_RUN)
        for node in self.steps:
            kind, config = all_kinds().get(node.kind), config_of(node)
            if kind is not None and config is not None:
                found.update(kind.sets(config))
            if node.kind == "foreach":
                found.add(str(node.config.get("item", "item")))
        return frozenset(found)

    def conditions_of(self, node_id: str) -> dict[str, Condition]:
        """By way out, the condition of a step that checks some; empty where one cannot be read."""
        config = self.graph.by_id[node_id].config
        cases = config.get("cases")
        try:
            if not isinstance(cases, list) or not cases:
                return {"true": parse_tree(config.get("conditions"), "conditions")}
            return {str(case["name"]): _case(case, node_id) for case in cases}
        except (RuleError, KeyError, TypeError, AttributeError):
            return {}


def read_rule(*, workflow_id: str, name: str, workflow_data: Any, settings: Any, references: Frozen) -> Rule | None:
    """The rule, with segments and lists as `references` has them and without disabled steps; None: it is unreadable."""
    try:
        graph = without_disabled(expand_graph(read_graph(workflow_data), references))
    except (InvalidDefinition, RuleError):
        return None
    entry = graph.entry()
    rule_settings = settings if isinstance(settings, Mapping) else {}
    rule = Rule(workflow_id, name, graph, rule_settings, error_workflow=_error_workflow(rule_settings, references))
    if entry is None:
        return rule
    try:
        node = parse_tree(entry.config.get("conditions"), "conditions")
    except RuleError:
        return replace(rule, entry_id=entry.id, is_readable=False)
    return replace(rule, entry=node, entry_id=entry.id)


def _error_workflow(settings: Mapping[str, Any], references: Frozen) -> str:
    """As runs/failing/hand_over.py finds it: by the id that its name stood for."""
    for named in named_in(settings):
        return str(references.get(KIND, {}).get(named.name, {}).get("id", ""))
    return ""


def _case(case: Mapping[str, Any], node_id: str) -> Condition:
    """When a case is taken. Of the value that cases compare with, no more is known than that it is the same for all."""
    if case.get("conditions") is not None:
        return parse_tree(case["conditions"], "conditions")
    value = Leaf(f"the value of {node_id}", ("steps",), OPERATORS["equals"], case.get("equals"))
    if case.get("equals") is not None:
        return value
    bounds = (("greater_or_equal", case.get("from")), ("less_than", case.get("to")))
    band = [
        replace(value, operator=OPERATORS[name], expected=number)
        for name, bound in bounds
        if (number := as_number(bound)) is not None
    ]
    if not band:
        raise KeyError(node_id)
    return Group("AND", tuple(band))


def config_of(node: Node) -> StepConfig | None:
    """The step's configuration, where it is valid."""
    kind = all_kinds().get(node.kind)
    try:
        return kind.Config.model_validate(node.config) if kind else None
    except ValidationError:
        return None


def label_of(node: Node) -> str:
    """What the step is called."""
    kind = all_kinds().get(node.kind)
    return node.label or (kind.label if kind else node.kind)


def is_check(node: Node) -> bool:
    """Whether the step's ways out are decided by conditions."""
    return node.kind == CONDITION
