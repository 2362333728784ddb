"""Begin a step: render its configuration, then ask its kind. What goes wrong here is an outcome."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.audit.who import because
from opsflows.events.causing import causing
from opsflows.events.emit import Cause
from opsflows.queue.transient import is_transient
from opsflows.rules import FormulaError, RenderError
from opsflows.runs.engine.progress import Calling, NeedsTransaction
from opsflows.runs.engine.run import Run
from opsflows.runs.engine.shown import shortened, shown
from opsflows.workflows.compiled import CompiledNode, ConfigError
from opsflows.workflows.kinds import DatabaseKind, OutsideKind, PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Fail, Outcome

#: Seconds that a call gets in any case, however little is left of its step's time.
SHORTEST = 1.0


@dataclass(slots=True)
class Begun:
    """A step that was begun: its outcome, or what has to happen first."""

    result: Outcome | Calling | NeedsTransaction
    started_at: datetime
    input_data: Any = None
    warnings: tuple[str, ...] = ()


class StepCrash(Exception):  # noqa: N818  (it is caught and becomes an outcome)
    """A database step raised: its transaction is spoilt, so the outcome has to be recorded in another one."""

    def __init__(self, node_id: str, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.node_id = node_id


def begin(run: Run, node: CompiledNode, *, now: datetime, in_transaction: bool) -> Begun:
    """The first half of a step, or all of it.

    Raises:
        StepCrash: a `DatabaseKind` raised.
    """
    if isinstance(node.kind, DatabaseKind) and not in_transaction:
        return Begun(NeedsTransaction(), now)
    clock = run.clock
    scope = run.scope()
    try:
        config, warnings = node.render(scope, clock)
    except (ConfigError, RenderError) as error:
        return Begun(Fail(str(error)), now)
    step = run.context(node, config, scope, clock)
    if isinstance(node.kind, OutsideKind):
        return _freeze(node, node.kind, step, warnings, now)
    return Begun(_ask(run, node, step), now, _shown(config), warnings)


def _shown(config: StepConfig) -> Any:
    """The rendered configuration for the trace."""
    return shown(config.model_dump(exclude_unset=True))


def _ask(run: Run, node: CompiledNode, step: StepContext) -> Outcome:
    try:
        match node.kind:
            case DatabaseKind() as kind:
                cause = Cause(execution_id=run.execution_id, step_id=node.id, depth=step.depth)
                with because(f"run {run.execution_id}"), causing(cause):
                    return kind.resume(step, run.woken_by) if run.position.resumes else kind.apply(step)
            case PureKind() as kind if run.position.resumes:
                return kind.resume(step, run.woken_by)
            case PureKind() as kind:
                return kind.run(step)
            case other:
                return Fail(f"The step kind {other.kind!r} is of no known sort.")
    except (RenderError, FormulaError) as error:
        return Fail(str(error))
    except Exception as error:
        if is_transient(error):
            raise
        if isinstance(node.kind, DatabaseKind):
            raise StepCrash(node.id, error) from error
        return Fail(f"The step broke: {type(error).__name__}: {error}")


def _freeze(
    node: CompiledNode, kind: OutsideKind, step: StepContext, warnings: tuple[str, ...], now: datetime
) -> Begun:
    try:
        frozen = kind.freeze(step)
    except Exception as error:
        if is_transient(error):
            raise
        return Begun(Fail(f"The call could not be prepared: {error}"), now, _shown(step.config), warnings)
    if node.handling is not None and node.handling.timeout is not None:
        left = (step.clock.now + node.handling.timeout - now).total_seconds()
        frozen = frozen.within(max(left, SHORTEST))
    input_data = shortened(frozen.shown)
    calling = Calling(
        frozen=frozen,
        key=step.key,
        intent=not frozen.repeat_safe,
        started_at=now,
        input_data=input_data,
        warnings=warnings,
    )
    return Begun(calling, now, input_data, warnings)
