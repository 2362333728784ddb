"""The kind that keeps the items of a list for which a condition holds."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from opsflows.rules import Condition, Problem
from opsflows.runs.steps.data.base import ListConfig, ListKind, Worked, items_of
from opsflows.runs.steps.data.each_item import compile_item_condition, item_scope, says_nothing
from opsflows.runs.steps.data.paths import ITEM
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register


class FilterConfig(ListConfig):
    conditions: Any = Field(
        title="Keep an item if",
        description="What must hold of an item for it to be kept; fields are those of the item, such as `status`.",
        json_schema_extra=looks.look(looks.CONDITION),
    )


@register
class FilterKind(ListKind):
    """Keeps the items for which a condition holds, in their order, and says which it dropped."""

    kind = "filter"
    label = "Filter a list"
    about = "Keeps the items of a list for which a condition holds."
    icon = "filter_alt"
    Config = FilterConfig
    raw_fields = frozenset({"conditions"})

    def compile(self, config: FilterConfig, *, path: str) -> Condition:
        return compile_item_condition(config.conditions, path=f"{path}.conditions")

    def problems(self, config: FilterConfig, *, path: str) -> Iterator[Problem]:
        if says_nothing(config.conditions):
            yield Problem(f"{path}.conditions", "Say at least one condition; without one every item is kept.")

    def work(self, step: StepContext) -> Worked:
        items = items_of(step.config.items, "items", optional=step.config.optional)
        scope = item_scope(step.scope, None)
        kept: list[Any] = []
        dropped: list[Any] = []
        for item in items:
            scope[ITEM] = item
            (kept if step.compiled.matches(scope, step.clock) else dropped).append(item)
        output = {"items": kept, "count": len(kept), "dropped": dropped, "dropped_count": len(dropped)}
        return Worked(output, kept)
