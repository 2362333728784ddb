"""Whatever is sent, validation answers with problems and never breaks."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opsflows.workflows.api_input import read_submitted
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.rule_form import to_graph, to_rule
from opsflows.workflows.validate import publish_problems, structure_problems
from tests.workflows.rules import DEAL_ALERT

WORDS = ["id", "type", "data", "kind", "config", "event", "trigger", "condition", "email", "webhook", "set", "delay"]
WORDS += [
    "source",
    "target",
    "nodes",
    "edges",
    "conditions",
    "rules",
    "field",
    "operator",
    "a1",
    "{{x}}",
    "{{",
    "2 days",
]
scalars = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text()
garbage: Any = st.recursive(
    scalars | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=4),
    max_leaves=8,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value inside `document`."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(found for key, value in items for found in places(value, (*path, key)))]


def spoilt(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """`document` with `value` at `path`."""
    if not path:
        return value
    copy = deepcopy(document)
    inside = copy
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return copy


@given(garbage, garbage)
def test_garbage_is_no_definition(workflow_data: Any, settings: Any) -> None:
    assert publish_problems(workflow_data, settings)
    structure_problems(workflow_data, settings)


GRAPH = to_graph(DEAL_ALERT)


@given(st.sampled_from(places(GRAPH)), garbage)
def test_a_definition_with_garbage_somewhere_is_judged(path: tuple[Any, ...], value: Any) -> None:
    workflow_data = spoilt(GRAPH, path, value)
    if not structure_problems(workflow_data, {}):
        to_rule(workflow_data)
    publish_problems(workflow_data, {})


@given(st.sampled_from(places({**DEAL_ALERT, "settings": {"timeout": "2 days"}, "errorHandling": {}})), garbage)
def test_a_rule_with_garbage_somewhere_is_judged_in_its_own_terms(path: tuple[Any, ...], value: Any) -> None:
    document = spoilt({**DEAL_ALERT, "settings": {"timeout": "2 days"}, "errorHandling": {}}, path, value)
    try:
        submitted = read_submitted(document)
    except InvalidDefinition:
        return
    problems = submitted.named(publish_problems(submitted.workflow_data, submitted.settings))
    assert not [problem for problem in problems if problem.path.startswith(("nodes", "edges", "workflow_data"))]
