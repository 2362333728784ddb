"""One of the two that are compared, the draft or the published version: what it listens to, whether it would fire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules import Clock, Explanation, RuleError
from opsflows.rules.conditions.tree import Node, parse_tree
from opsflows.studio.models import Backtest
from opsflows.workflows.compile import compile_definition, entry_condition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.entry_parts import Part, parts_of
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph
from opsflows.workflows.models import WorkflowVersion
from opsflows.workflows.named_conditions import expand, expand_graph
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen
from opsflows.workflows.triggers import trigger_event


@dataclass(frozen=True, slots=True)
class Side:
    """A definition that starts runs by an event, with what it names as it stood.

    `event` is empty where it listens to none. `tree` is its entry condition, taken apart for the database to look at
    first; None: every event of the name starts a run.
    """

    graph: Graph
    workflow_data: Mapping[str, Any]
    settings: Mapping[str, Any]
    references: Frozen
    event: str
    parts: tuple[Part, ...]
    tree: Node | None

    def fires(self, scope: Mapping[str, Any], clock: Clock) -> bool:
        """Whether the event starts a run: the very parts that routing asks (`workflows/index.py`)."""
        for part in self.parts:  # noqa: SIM110  (a generator would cost more than the comparisons)
            if not part.matches(scope, clock):
                return False
        return True

    def explain(self, scope: Mapping[str, Any], clock: Clock) -> Explanation | None:
        """Why it fires or does not, comparison by comparison; None where it has no condition."""
        entry = self.graph.entry()
        return entry_condition(entry, self.references).explain(scope, clock) if entry else None

    def compiled(self) -> tuple[CompiledGraph, Graph]:
        """What a rehearsal leads runs through.

        Raises:
            InvalidDefinition: a step is not finished, or names what is not there.
        """
        compiled = compile_definition(self.workflow_data, self.settings, self.references)
        return compiled, expand_graph(self.graph, self.references)


def side_of(workflow_data: Mapping[str, Any], settings: Mapping[str, Any], references: Frozen) -> Side:
    """The side that such a definition is.

    Raises:
        InvalidDefinition: it cannot be read, or its entry condition cannot.
    """
    graph = without_disabled(read_graph(workflow_data))
    event = trigger_event(graph.triggers[0]) if len(graph.triggers) == 1 else ""
    entry = graph.entry()
    tree: Node | None = None
    parts: tuple[Part, ...] = ()
    if entry is not None:
        path = f"{entry.path}.config.conditions"
        try:
            conditions = expand(entry.config.get("conditions"), references, path=path)
            tree, parts = parse_tree(conditions, path), parts_of(conditions)
        except RuleError as error:
            raise InvalidDefinition(error.problems) from None
    return Side(graph, workflow_data, settings, references, event, parts, tree)


def draft_side(backtest: Backtest) -> Side:
    """The draft, as it was when the backtest was asked for. Raises `InvalidDefinition`."""
    return side_of(backtest.workflow_data, backtest.settings, backtest.references)


def version_side(version: WorkflowVersion | None) -> Side | None:
    """A published version; None where there is none, or where it cannot be read any more.

    One that cannot be read starts a run by every event that it listens to (`event_of`), and the run fails at once.
    """
    if version is None:
        return None
    try:
        return side_of(version.workflow_data, version.settings, version.references)
    except InvalidDefinition:
        return None


def event_of(version: WorkflowVersion | None) -> str:
    """The event that routing asks a published version about, whether it can be read or not; empty where none is."""
    return version.trigger_event if version is not None else ""
