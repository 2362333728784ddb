"""The hash of a definition: what it does counts, and nothing else."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from opsflows.workflows.graph import definition_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph
from tests.workflows.rules import DEAL_ALERT, check, edge, graph, node, stop, trigger


def hash_of(workflow_data: Any, **settings: Any) -> str:
    return definition_hash(read_graph(workflow_data), settings)


BASE = to_graph(DEAL_ALERT)


def changed(change: Any) -> dict[str, Any]:
    copy = deepcopy(BASE)
    change(copy["nodes"], copy["edges"])
    return copy


@pytest.mark.parametrize(
    "same",
    [
        changed(lambda nodes, edges: nodes.reverse()),
        changed(lambda nodes, edges: edges.reverse()),
        changed(lambda nodes, edges: nodes[0].update(position={"x": 9, "y": 9}, selected=True, width=100)),
        changed(lambda nodes, edges: edges[0].update(id="e7", animated=True)),
        changed(lambda nodes, edges: edges[0].pop("sourceHandle")),
        changed(lambda nodes, edges: nodes[2]["data"].update(label="", critical=None)),
        changed(lambda nodes, edges: nodes[2].update(type="default")),
    ],
)
def test_what_only_the_drawing_needs_does_not_count(same: dict[str, Any]) -> None:
    assert hash_of(same) == hash_of(BASE)


@pytest.mark.parametrize(
    "other",
    [
        changed(lambda nodes, edges: nodes[2]["data"]["config"].update(channel="#other")),
        changed(lambda nodes, edges: nodes[2]["data"].update(label="Tell sales")),
        changed(lambda nodes, edges: nodes[2]["data"].update(critical=False)),
        changed(lambda nodes, edges: nodes[2].update(id="a9")),
        changed(lambda nodes, edges: edges[1].update(sourceHandle="false")),
        changed(lambda nodes, edges: edges.pop()),
    ],
)
def test_what_it_does_counts(other: dict[str, Any]) -> None:
    assert hash_of(other) != hash_of(BASE)


def test_the_settings_count() -> None:
    assert hash_of(BASE, priority="high") != hash_of(BASE)


@pytest.mark.parametrize(("written", "kept"), [("1e2", "100"), ("-0.0", "0.0"), ("1E-7", "0.0000001")])
def test_a_number_counts_the_same_as_postgresql_writes_it(written: str, kept: str) -> None:
    one, other = (hash_of(graph(node("a1", "x", value=Decimal(text)), edges=[])) for text in (written, kept))
    assert one == other


def test_decimals_that_read_differently_count_differently() -> None:
    one, other = (hash_of(graph(node("a1", "x", value=Decimal(text)), edges=[])) for text in ("1.5", "1.50"))
    assert one != other


def test_the_entry_is_the_condition_behind_the_trigger_without_a_false_way() -> None:
    edges = [edge("trigger", "c1"), edge("c1", "s1", "true")]
    entry = read_graph(graph(trigger(), check("c1"), stop("s1"), edges=edges)).entry()
    assert entry is not None
    assert entry.id == "c1"
    edges.append(edge("c1", "s2", "false"))
    assert read_graph(graph(trigger(), check("c1"), stop("s1"), stop("s2"), edges=edges)).entry() is None
