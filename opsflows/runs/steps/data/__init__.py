"""The step kinds that work on data. All are pure: what they are given decides what they answer."""

from opsflows.runs.steps.data import (
    calculate,
    edit_text,
    filter_items,
    json_values,
    merge,
    score,
    set_values,
    sort_items,
    take_items,
    transform,
    validate_fields,
)

__all__ = [
    "calculate",
    "edit_text",
    "filter_items",
    "json_values",
    "merge",
    "score",
    "set_values",
    "sort_items",
    "take_items",
    "transform",
    "validate_fields",
]
