"""A run that comes to its end, as those see it who act on ends (after_end.py)."""

import uuid
from dataclasses import dataclass
from typing import Any

from opsflows.runs.models import Execution
from opsflows.workflows.cache import definition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition


@dataclass(frozen=True, slots=True)
class End:
    """A run that ends now, in the engine or by a person's hand. `graph` is None where its version cannot be read."""

    execution_id: uuid.UUID
    account_id: uuid.UUID
    workflow_id: uuid.UUID
    graph: CompiledGraph | None
    status: Execution.Status
    error: str | None = None
    #: Of one that failed: at which step.
    stood_at: str | None = None
    #: What its last step answered.
    output: Any = None
    depth: int = 0
    awaited_by: uuid.UUID | None = None
    gate_id: uuid.UUID | None = None
    #: Steps that failed, also where the run went on.
    failed_steps: int = 0


def end_of(execution: Execution, *, gate_id: uuid.UUID | None) -> End:
    """The end of a run that a person ended; `execution` says already how."""
    try:
        graph = definition(execution.version_id)
    except InvalidDefinition:
        graph = None
    return End(
        execution_id=execution.pk,
        account_id=execution.account_id,
        workflow_id=execution.workflow_id,
        graph=graph,
        status=Execution.Status(execution.execution_status),
        error=execution.error_message,
        stood_at=execution.current_step,
        depth=execution.depth,
        awaited_by=execution.awaited_by,
        gate_id=gate_id,
        failed_steps=execution.failed_steps,
    )
