"""Whatever a configuration or an event holds, there is an answer in words."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.jsontext import dump_json
from opsflows.workflows.outcomes import Done, Fail
from tests.rules.values import json_values
from tests.runs.data.asking import ask, problems
from tests.runs.data.test_docs import EXAMPLES

NAMES = sorted(
    {"contacts", "rows", "orders", "history", "lead", "message", "post", "customer", "subscriptions", "page"}
)
FIELDS = (
    "email",
    "total",
    "paid",
    "status",
    "signups",
    "tags",
    "created_at",
    "is_active",
    "employees",
    "title",
    "author",
)
#: What the examples may find under the names that they read.
objects = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4)
scopes = st.dictionaries(st.sampled_from(NAMES), json_values | objects | st.lists(objects, max_size=4))


def replaced(draw: Any, value: Any) -> Any:
    """`value` with something else somewhere inside."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: replaced(draw, value[key])}
    if isinstance(value, list) and value and draw(st.booleans()):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], replaced(draw, value[index]), *value[index + 1 :]]
    return draw(json_values)


@st.composite
def broken(draw: Any) -> dict[str, Any]:
    example = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    changed: dict[str, Any] = replaced(draw, {key: value for key, value in example.items() if key != "type"})
    return {"type": example["type"], **(changed if isinstance(changed, dict) else {})}


@settings(max_examples=300)
@given(broken())
def test_a_broken_configuration_is_a_list_of_problems(config: dict[str, Any]) -> None:
    kind = config.pop("type")
    assert all(isinstance(message, str) and message for message in problems(str(kind), **config).values())


@settings(max_examples=100)
@given(st.sampled_from(EXAMPLES), scopes)
def test_any_event_gives_an_outcome(example: dict[str, Any], scope: dict[str, Any]) -> None:
    outcome = ask(str(example["type"]), scope, **{key: value for key, value in example.items() if key != "type"})
    assert isinstance(outcome, Done | Fail)
    # What it answers can be kept, and why it failed can be read.
    assert dump_json(outcome.output) if isinstance(outcome, Done) else outcome.error.strip()
