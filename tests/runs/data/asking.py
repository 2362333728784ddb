"""Asks a data step as the engine would: its configuration is compiled, rendered with what the run knows, and run."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.rules import Clock, RenderError
from opsflows.workflows.compiled import ConfigError, compile_node
from opsflows.workflows.graph import Node
from opsflows.workflows.kinds import PureKind, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.validate import publish_problems

CLOCK = Clock(datetime(2026, 3, 20, 13, 5, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
_ID = uuid.UUID(int=1)


def ask(kind: str, scope: dict[str, Any] | None = None, /, **config: Any) -> Outcome:
    """The outcome of one step; `scope` is what the event carries."""
    scope = scope or {}
    node = compile_node(Node(id="a1", type="action", kind=kind, config=config), {})
    try:
        rendered, _ = node.render(scope, CLOCK)
    except (ConfigError, RenderError) as error:
        return Fail(str(error))
    assert isinstance(node.kind, PureKind)
    return node.kind.run(
        StepContext(
            config=rendered,
            compiled=node.compiled,
            scope=scope,
            event_data=scope,
            clock=CLOCK,
            key="k",
            account_id=_ID,
            workflow_id=_ID,
            execution_id=_ID,
            node_id="a1",
            attempt=1,
            depth=0,
        )
    )


def done(kind: str, scope: dict[str, Any] | None = None, /, **config: Any) -> Any:
    """The output of a step that goes well."""
    outcome = ask(kind, scope, **config)
    assert isinstance(outcome, Done), outcome
    return outcome.output


def failed(kind: str, scope: dict[str, Any] | None = None, /, **config: Any) -> str:
    """Why a step fails."""
    outcome = ask(kind, scope, **config)
    assert isinstance(outcome, Fail), outcome
    return outcome.error


def problems(kind: str, **config: Any) -> dict[str, str]:
    """What stands in the way of publishing, by its place in the step's configuration."""
    found = publish_problems(to_graph({"trigger": "deal.won", "actions": [{"type": kind, **config}]}), {})
    return {problem.path.removeprefix("nodes[a1].config."): problem.message for problem in found}
