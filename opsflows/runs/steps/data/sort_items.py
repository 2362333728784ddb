"""The kind that puts a list in order."""

from collections.abc import Iterator
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from opsflows.rules import Problem
from opsflows.runs.steps.data.base import ListConfig, ListKind, Worked, items_of
from opsflows.runs.steps.data.comparing import Sort, sort_key
from opsflows.runs.steps.data.paths import path_problem, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register


class SortRow(StepConfig):
    field: str = Field(
        title="Field",
        description="The field to order by, such as `amount`; `item` for the item itself.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    order: Literal["ascending", "descending"] = Field(
        default="ascending", title="Order", description="Smallest or largest first."
    )
    compare_as: Sort = Field(
        default="auto",
        title="Compare as",
        description="As numbers, texts or dates; auto looks at each value. What is none comes last.",
        json_schema_extra=looks.look(more=True),
    )


class SortConfig(ListConfig):
    by: list[SortRow] = Field(
        max_length=10, title="Order by", description="Fields to order by; the next one counts where one is equal."
    )


@register
class SortKind(ListKind):
    """Orders a list by several fields; items that are equal stay in their order, those without a value come last."""

    kind = "sort"
    label = "Sort a list"
    about = "Puts a list in order."
    icon = "sort"
    Config = SortConfig

    def problems(self, config: SortConfig, *, path: str) -> Iterator[Problem]:
        if not config.by:
            yield Problem(f"{path}.by", "Name at least one field to order by.")
        for index, row in enumerate(config.by):
            if problem := path_problem(row.field):
                yield Problem(f"{path}.by[{index}].field", problem)

    def work(self, step: StepContext) -> Worked:
        config: SortConfig = step.config
        items = items_of(config.items, "items", optional=config.optional)
        # From the last field to the first: a later pass keeps the order of the one before where it finds no difference.
        for row in reversed(config.by):
            items = _sorted(items, row, step.clock.zone)
        return Worked({"items": items, "count": len(items)}, items)


def _sorted(items: list[Any], row: SortRow, zone: ZoneInfo) -> list[Any]:
    read = reader(row.field)
    keyed = [(sort_key(read(item), row.compare_as, zone), item) for item in items]
    there = [pair for pair in keyed if pair[0] is not None]
    there.sort(key=lambda pair: pair[0] or (), reverse=row.order == "descending")
    return [item for _, item in there] + [item for key, item in keyed if key is None]
