"""A broken condition is refused when it is saved, with everything that is wrong and what would be right."""

from typing import Any

import pytest

from opsflows.rules import RuleError, compile_condition


def problems(tree: object) -> dict[str, str]:
    with pytest.raises(RuleError) as caught:
        compile_condition(tree)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_all_problems_come_at_once() -> None:
    found = problems(
        {
            "logic": "XOR",
            "rules": [
                {"field": "value", "operator": "greater", "value": 1},
                {"operator": "equals", "value": 1, "note": "x"},
                {"logic": "OR", "rules": [{"field": "a..b", "operator": "in", "value": 5}]},
            ],
        }
    )
    assert set(found) == {
        "conditions.logic",
        "conditions.rules[0].operator",
        "conditions.rules[1].field",
        "conditions.rules[1].note",
        "conditions.rules[2].rules[0].field",
        "conditions.rules[2].rules[0].value",
    }
    assert "did you mean greater_than?" in found["conditions.rules[0].operator"]
    assert "AND, OR or NOT" in found["conditions.logic"]


@pytest.mark.parametrize(
    ("written", "meant"), [(">", "greater_than"), ("Not Equals", "not_equals"), ("regex", "matches")]
)
def test_a_likely_operator_is_named(written: str, meant: str) -> None:
    found = problems([{"field": "a", "operator": written, "value": "1"}])
    assert f"did you mean {meant}?" in found["conditions[0].operator"]


@pytest.mark.parametrize(
    ("operator", "value", "says"),
    [
        ("in", "aws", "must be a list"),
        ("in", [], "at least one"),
        ("in", [["aws"]], "every item"),
        ("in", ["{{vendor}}"], "exactly one {{field}}"),
        ("between", [1], "list of two"),
        ("between", [2, 1], "lowest first"),
        ("between", [1, "2026-01-01"], "not one of each"),
        ("greater_than", "many", "number or an ISO date"),
        ("greater_than", "+7 days", "use before or after"),
        ("greater_than", True, "number or an ISO date"),
        ("before", "someday", "must be a date"),
        ("contains", ["a"], "use in"),
        ("contains", "", "is_not_empty"),
        ("matches", "(a", "missing )"),
        ("matches", r"(a)\1", "back-references"),
        ("matches", 5, "written as a text"),
        ("is_empty", "yes", "leave it out"),
        ("equals", "Hello {{name}}", "exactly one {{field}}"),
    ],
)
def test_a_value_that_does_not_fit_its_operator(operator: str, value: Any, says: str) -> None:
    assert says in problems({"field": "a", "operator": operator, "value": value})["conditions.value"]


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ("value > 1", "conditions"),
        ([1], "conditions[0]"),
        ({"rules": {}, "conditions": []}, "conditions"),
        ({"rules": "x"}, "conditions.rules"),
        ({"logic": 1}, "conditions.logic"),
        ({"rulez": []}, "conditions.rulez"),
        ({"field": "a", "operator": "equals"}, "conditions.value"),
        ({"field": "{{a}}", "operator": "is_empty"}, "conditions.field"),
        ({"field": "a"}, "conditions.operator"),
        ({"field": "a", "operator": ["equals"]}, "conditions.operator"),
        ({"field": 5, "operator": "is_empty"}, "conditions.field"),
    ],
)
def test_a_broken_shape_is_refused(tree: object, path: str) -> None:
    assert path in problems(tree)


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"rules": [{}]}, "conditions.rules[0]"),
        ({"rules": [None]}, "conditions.rules[0]"),
        ([[]], "conditions[0]"),
        ({"rules": [{"rules": []}]}, "conditions.rules[0].rules"),
        ({"logic": "OR"}, "conditions.rules"),
        ({"logic": "NOT", "conditions": []}, "conditions.conditions"),
        ([{"logic": "OR", "rules": []}], "conditions[0].rules"),
    ],
)
def test_only_the_whole_condition_may_be_empty(tree: object, path: str) -> None:
    [(place, message)] = problems(tree).items()
    assert (place, message[:8]) == (path, "is empty")


def test_the_place_is_named_as_the_caller_names_it() -> None:
    with pytest.raises(RuleError, match=r"^steps\[2\]\.filter\.logic: "):
        compile_condition({"logic": "maybe"}, path="steps[2].filter")


def test_depth_and_size_are_limited() -> None:
    leaf = {"field": "a", "operator": "is_empty"}
    assert "at most 200" in problems({"rules": [{"rules": [leaf] * 150}, {"rules": [leaf] * 150}]})["conditions"]
    assert "at most 200" in problems([leaf] * 100_000)["conditions"]
    deep: Any = leaf
    for _ in range(2000):
        deep = [deep]
    assert any("deeper than 10" in message for message in problems(deep).values())
