"""The kind that takes some items of a list: the first, the last, one page, each only once."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Problem
from opsflows.runs.steps.data.base import Count, ListConfig, ListKind, Worked, items_of, whole
from opsflows.runs.steps.data.comparing import identity
from opsflows.runs.steps.data.limits import MAX_ITEMS
from opsflows.runs.steps.data.paths import path_problem, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register


class TakeConfig(ListConfig):
    which: Literal["all", "first", "last", "page"] = Field(
        default="first", title="Take", description="Where to take from; all, where only `distinct_by` is wanted."
    )
    count: Count = Field(default=10, title="How many", description="How many, or how many there are on a page.")
    page: Count = Field(
        default=1, title="Page", description="Which page; the first is 1.", json_schema_extra=looks.look(more=True)
    )
    distinct_by: list[str] = Field(
        default_factory=list,
        max_length=10,
        title="Each only once by",
        description="Of items that are the same in these fields, only the first is taken. Those that lack one stay.",
        json_schema_extra=looks.look(more=True),
    )
    ignore_case: bool = Field(
        default=False,
        title="Capital letters do not matter",
        description="Whether ada@x.example is Ada@X.example in `distinct_by`.",
        json_schema_extra=looks.look(more=True),
    )


@register
class TakeKind(ListKind):
    """Takes the first or last items or one page of a list, and says how many there are in all."""

    kind = "take"
    label = "Take part of a list"
    about = "Takes the first, the last, or one page of a list."
    icon = "playlist_add_check"
    Config = TakeConfig

    def problems(self, config: TakeConfig, *, path: str) -> Iterator[Problem]:
        for index, field in enumerate(config.distinct_by):
            if problem := path_problem(field):
                yield Problem(f"{path}.distinct_by[{index}]", problem)
        if config.which == "all" and not config.distinct_by:
            yield Problem(
                f"{path}.which", "All are taken, so nothing changes; say first, last or page, or distinct_by."
            )
        for name, lowest in (("count", 0), ("page", 1)):
            value = getattr(config, name)
            if isinstance(value, int) and not lowest <= value <= MAX_ITEMS:
                yield Problem(f"{path}.{name}", f"Give a whole number from {lowest} to {MAX_ITEMS:,}.")

    def work(self, step: StepContext) -> Worked:
        config: TakeConfig = step.config
        given = items_of(config.items, "items", optional=config.optional)
        items = _distinct(given, config.distinct_by, config.ignore_case) if config.distinct_by else given
        taken, page = _taken(items, config)
        output: dict[str, Any] = {"items": taken, "count": len(taken), "total": len(items)}
        output["duplicates"] = len(given) - len(items)
        return Worked({**output, **page}, taken)


def _taken(items: list[Any], config: TakeConfig) -> tuple[list[Any], dict[str, Any]]:
    """The items, and where they stand."""
    if config.which == "all":
        return items, {}
    count = whole(config.count, "count", low=0, high=MAX_ITEMS)
    if config.which == "first":
        return items[:count], {}
    if config.which == "last":
        return items[max(0, len(items) - count) :], {}
    page, size = whole(config.page, "page", low=1, high=MAX_ITEMS), max(1, count)
    pages = -(-len(items) // size)
    return items[(page - 1) * size : page * size], {"page": page, "pages": pages, "has_more": page < pages}


def _distinct(items: list[Any], fields: list[str], ignore_case: bool) -> list[Any]:
    readers = [reader(field) for field in fields]
    seen: set[tuple[Any, ...]] = set()
    found = []
    for item in items:
        key = tuple(identity(read(item), ignore_case=ignore_case) for read in readers)
        # Two items of which nothing is known are not the same one.
        if None in key or key not in seen:
            seen.add(key)
            found.append(item)
    return found
