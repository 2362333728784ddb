"""The kind that does the same for each item of a list."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Clock, Problem, RuleError, ValueTemplate, compile_value, parse_duration
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import ForkKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Fork, Join, Outcome
from opsflows.workflows.registry import register

EACH = "each"
MAX_ITEMS = 50_000
#: Failures that the output names; the others are counted, and the run's page has them all.
MAX_ERRORS = 100

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_TAKEN = frozenset({"steps", "event", "execution", "index"})


class ForeachConfig(StepConfig):
    items: Any = Field(
        default=None,
        title="List",
        description="The list, such as `{{contacts}}`.",
        json_schema_extra=looks.look(looks.LIST_PATH),
    )
    item: str = Field(
        default="item",
        title="One of it is called",
        description="What the steps call one item: `{{item.email}}`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    batch_size: int = Field(
        default=1,
        ge=1,
        le=1000,
        title="Items at a time",
        description="How many items go together; more than 1: a list.",
        json_schema_extra=looks.look(more=True),
    )
    concurrency: int = Field(
        default=1,
        ge=1,
        le=100,
        title="At once",
        description="How many are under way at once.",
        json_schema_extra=looks.look(more=True),
    )
    rate: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        title="How many may begin",
        description="How many may begin …",
        json_schema_extra=looks.look(more=True),
    )
    per: str = Field(
        default="1 minute",
        title="In this time",
        description="… in this time.",
        json_schema_extra=looks.look(looks.DURATION, more=True),
    )
    on_item_error: Literal["continue", "stop"] = Field(
        default="continue",
        title="When one fails",
        description="Whether one that fails is counted, or ends the rest.",
        json_schema_extra=looks.look(labels={"continue": "Count it and go on", "stop": "End the rest"}),
    )
    collect: Any = Field(
        default=None,
        title="Hand over",
        description="What each hands over, such as `{{steps.enrich.output.name}}`.",
        json_schema_extra=looks.look(more=True),
    )


@register
class ForeachKind(ForkKind):
    """Goes the way `each` for every item of a list, and on by `done` when all are over."""

    kind = "foreach"
    label = "For each item"
    about = "Does the same steps for every item of a list."
    icon = "repeat"
    Config = ForeachConfig
    iterates = True
    raw_fields = frozenset({"collect"})

    def ways_out(self, config: ForeachConfig) -> tuple[str, ...]:
        return (*self.outcomes, EACH)

    def bodies(self, config: ForeachConfig) -> tuple[str, ...]:
        return (EACH,)

    def compile(self, config: ForeachConfig, *, path: str) -> ValueTemplate | None:
        return None if config.collect is None else compile_value({"value": config.collect}, path=f"{path}.collect")

    def check(self, config: ForeachConfig, *, path: str) -> list[Problem]:
        problems = []
        if config.items is None:
            problems.append(Problem(f"{path}.items", "Name the list, such as `{{contacts}}`."))
        if not _NAME.fullmatch(config.item) or config.item in _TAKEN:
            message = f"Must be a name of letters, digits and underscores, and none of {', '.join(sorted(_TAKEN))}."
            problems.append(Problem(f"{path}.item", message))
        try:
            parse_duration(config.per)
        except RuleError as error:
            problems.append(Problem(f"{path}.per", error.problems[0].message))
        return problems

    def run(self, step: StepContext) -> Outcome:
        config: ForeachConfig = step.config
        items = config.items
        if not isinstance(items, list | tuple):
            return Fail(f"items: must be a list; what the step got is {_sort_of(items)}.")
        if len(items) > MAX_ITEMS:
            return Fail(f"items: has {len(items)} entries; at most {MAX_ITEMS} are possible. Take them in parts.")
        size = config.batch_size
        batches = list(items) if size == 1 else [list(items[at : at + size]) for at in range(0, len(items), size)]
        if not batches:
            return Done(output={"total": 0, "done": 0, "failed": 0, "dropped": 0, "errors": [], "results": []})
        return Fork(
            branches=[(EACH, batch) for batch in batches],
            join=Join(
                stop_on_error=config.on_item_error == "stop",
                concurrency=config.concurrency,
                rate=config.rate,
                window=parse_duration(config.per) if config.rate else timedelta(0),
                item_name=config.item,
            ),
        )

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        config: ForeachConfig = step.config
        rows = woken_by["branches"]
        failed = [row for row in rows if row["status"] == "failed"]
        output = {
            **{key: woken_by[key] for key in ("total", "done", "failed", "dropped")},
            "errors": [{"index": row["position"], "error": row["error"]} for row in failed[:MAX_ERRORS]],
        }
        if config.collect is not None:
            output["results"] = [row["output"] for row in rows if row["status"] == "completed"]
        if failed and config.on_item_error == "stop":
            first = failed[0]
            return Fail(f"Item {first['position'] + 1} of {len(rows)} failed: {first['error']}", output)
        return Done(output=output)

    def collect(self, compiled: Any, scope: Mapping[str, Any], clock: Clock, last_output: Any) -> Any:
        return None if compiled is None else compiled.render(scope, clock).value["value"]


def _sort_of(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case str():
            return "a text"
        case Mapping():
            return "an object"
        case _:
            return f"{value!r}"[:40]
