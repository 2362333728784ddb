"""The kind that keeps a value between runs: where the last sync ended, how many came so far."""

from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Problem
from opsflows.rules.arithmetic import to_decimal
from opsflows.rules.text import excerpt
from opsflows.runs.states.limits import added, is_full, name_problem, value_problem
from opsflows.runs.states.pending import Seen, StatePlace, change_of, hold_change, seen
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register


class StateConfig(StepConfig):
    name: str = Field(default="", title="Name", description="What the value is called, such as `last_sync`.")
    action: Literal["get", "set", "increment"] = Field(
        default="get",
        title="What to do",
        description="Read it, keep another in its place, or add to it.",
        json_schema_extra=looks.look(labels={"get": "Read it", "set": "Keep another value", "increment": "Add to it"}),
    )
    value: Any = Field(default=None, title="Value", description="What to keep, with `set`.")
    by: Any = Field(
        default=1, title="How much to add", description="How much to add, with `increment`; less than 0 takes away."
    )
    default: Any = Field(
        default=None,
        title="Where nothing is kept yet",
        description="What `get` answers where nothing is kept yet.",
        json_schema_extra=looks.look(more=True),
    )
    shared: bool = Field(
        default=False,
        title="Share with all workflows",
        description="Share it with all workflows of the account.",
        json_schema_extra=looks.look(more=True),
    )


@register
class StateKind(DatabaseKind):
    """Reads and changes a value that outlives the run. What is changed is seen by later steps of the run at once, and
    by other runs once this one has succeeded."""

    kind = "state"
    label = "Keep a value between runs"
    about = "Remembers a value for the next run, such as “last synced at”."
    icon = "bookmark"
    Config = StateConfig

    def check(self, config: StateConfig, *, path: str) -> list[Problem]:
        problems = []
        if not config.name:
            problems.append(Problem(f"{path}.name", "Name the value, for example last_sync."))
        elif "{{" not in config.name and (problem := name_problem(config.name)):
            problems.append(Problem(f"{path}.name", problem))
        if config.action == "set" and config.value is None:
            problems.append(Problem(f"{path}.value", "Say what to keep, for example {{event.occurred_at}}."))
        if to_decimal(config.by) is None and not (isinstance(config.by, str) and "{{" in config.by):
            problems.append(Problem(f"{path}.by", "Must be a number, or a variable that holds one."))
        return problems

    def apply(self, step: StepContext) -> Outcome:
        config: StateConfig = step.config
        if problem := name_problem(config.name):
            return Fail(f"name: {problem}")
        place = StatePlace(step.account_id, step.workflow_id, step.execution_id, config.name, config.shared)
        match config.action:
            case "get":
                found = seen(place, change_of(place))
                return _done(config, found.value if found.exists else config.default, exists=found.exists)
            case "set":
                return _set(place, config)
            case "increment":
                return _increment(place, config)


def _set(place: StatePlace, config: StateConfig) -> Outcome:
    if problem := value_problem(config.value):
        return Fail(f"value: {problem}")
    change = hold_change(place)
    before = seen(place, change)
    if full := _full(place, before):
        return full
    change.is_set, change.value = True, config.value
    change.save(update_fields=["is_set", "value"])
    return _done(config, config.value, before=before.value)


def _increment(place: StatePlace, config: StateConfig) -> Outcome:
    if to_decimal(config.by) is None:
        return Fail(f"by: must be a number; what the step got is {excerpt(config.by)}.")
    change = hold_change(place)
    before = seen(place, change)
    if full := _full(place, before):
        return full
    total = added(before.value, config.by)
    # Of what is only added, the sum of what was added is noted: others add to the same value meanwhile.
    noted = total if change.is_set else added(change.value, config.by)
    if isinstance(total, str) or isinstance(noted, str):
        return Fail(f"{config.name}: {total if isinstance(total, str) else noted}")
    change.value = noted
    change.save(update_fields=["value"])
    return _done(config, total, before=before.value)


def _full(place: StatePlace, before: Seen) -> Fail | None:
    if before.exists or not is_full(place.account_id):
        return None
    return Fail("name: This account keeps as many values as it may; remove some, or use fewer names.")


def _done(config: StateConfig, value: Any, **more: Any) -> Done:
    return Done(output={"name": config.name, "value": value, **more})
