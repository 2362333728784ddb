"""The fields that a workflow reads, for those who start it by hand."""

from decimal import Decimal
from typing import Any

import pytest

from opsflows.workflows.inputs import inputs_of, nested
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph


def found(*actions: dict[str, Any], references: Any = None, schema: Any = None, **rule: Any) -> list[tuple[str, str]]:
    graph = read_graph(to_graph({"trigger": "a.b", "actions": list(actions), **rule}))
    return [(each.path, each.kind) for each in inputs_of(graph, references=references or {}, schema=schema or {})]


def task(title: str) -> dict[str, Any]:
    return {"type": "create_task", "title": title}


def leaf(field: str, value: Any, operator: str = "equals") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def test_conditions_texts_and_formulas() -> None:
    conditions = {"rules": [leaf("value", Decimal("1.5")), leaf("vip", True), leaf("vendor", ["aws"], "in")]}
    sets = {"type": "set", "formulas": {"fee": "price * 2"}}
    assert found(sets, task("{{name | upcase}}"), conditions=conditions) == [
        ("value", "number"),
        ("vip", "boolean"),
        ("vendor", "text"),
        ("price", "text"),
        ("name", "text"),
    ]


def test_a_comparison_with_another_field_reads_both() -> None:
    assert found(conditions=leaf("paid", "{{total}}")) == [("paid", "text"), ("total", "text")]


@pytest.mark.parametrize("path", ["today", "event.name", "execution.id", "steps.a1.output.x", "fee", "items.0.sku"])
def test_what_nobody_has_to_type(path: str) -> None:
    sets = {"type": "set", "values": {"fee": 1}}
    assert found(sets, task(f"{{{{{path}}}}}")) == []


def test_what_stands_inside_is_asked_for_instead_of_the_whole() -> None:
    assert found(task("{{customer}} {{customer.name}}")) == [("customer.name", "text")]


def test_the_catalog_knows_better() -> None:
    schema = {"properties": {"a": {"type": "integer"}, "b": {"properties": {"c": {"type": "boolean"}}}}}
    lists = {"properties": {"a": {"type": "array"}}}
    assert found(task("{{a}} {{b.c}}"), schema=schema) == [("a", "number"), ("b.c", "boolean")]
    assert found(task("{{a}}"), schema=lists) == []
    assert found(task("{{a}}"), schema={"properties": []}) == [("a", "text")]


def test_texts_that_the_version_refers_to() -> None:
    references = {"template": {"welcome": {"subject": "Hello {{customerName}}"}}}
    assert found(task("x"), references=references) == [("customerName", "text")]


def test_values_go_where_their_paths_say() -> None:
    base = {"a": {"b": 1, "c": 2}, "d": 3}
    assert nested([("a.b", 9), ("d.e", 4), ("f", 5)], base) == {"a": {"b": 9, "c": 2}, "d": {"e": 4}, "f": 5}
    assert base == {"a": {"b": 1, "c": 2}, "d": 3}
