"""A graph with disabled steps runs as the graph from which somebody took them out by hand, one by one."""

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.workflows.compile import compile_definition
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.validate import publish_problems
from opsflows.workflows.warn_disabled import disabled_warnings
from tests.studio.editor.graphs import drafts

#: By which way the row goes on, said once more by hand; of all other steps it is "done".
_ON = {"approval": "approved", "lookup": "found", "condition": "true"}


@st.composite
def with_disabled(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """A draft, and the ids of its disabled steps in any order."""
    data = draw(drafts())
    steps = [node["id"] for node in data["nodes"] if node["type"] != "trigger"]
    off = draw(st.lists(st.sampled_from(steps), unique=True, max_size=6)) if steps else []
    for node in data["nodes"]:
        if node["id"] in off:
            node["data"] = {**node["data"], "disabled": True}
    return data, off


def _by_hand(data: Mapping[str, Any], off: list[str]) -> dict[str, Any]:
    """Join what leads into each step with what follows it, take it out, and then whatever lost its way in."""
    nodes, edges = list(data["nodes"]), [dict(edge) for edge in data["edges"]]
    lost = {node["id"] for node in nodes} - _led_to(nodes, edges)
    for node_id in off:
        node = next(each for each in nodes if each["id"] == node_id)
        facts = node["data"]
        way = "gold" if facts["config"].get("cases") else _ON.get(facts["kind"], "done")
        out = {edge["sourceHandle"]: edge["target"] for edge in edges if edge["source"] == node_id}
        for edge in edges:
            if edge["target"] == node_id:
                edge["target"] = out.get(way)
        edges = [edge for edge in edges if edge["source"] != node_id and edge["target"] is not None]
        nodes.remove(node)
    there = _led_to(nodes, edges) | lost
    nodes = [node for node in nodes if node["id"] in there]
    return {"nodes": nodes, "edges": [edge for edge in edges if edge["source"] in there]}


def _led_to(nodes: list[Any], edges: list[Any]) -> set[str]:
    there = {node["id"] for node in nodes if node["type"] == "trigger"}
    while more := {edge["target"] for edge in edges if edge["source"] in there} - there:
        there |= more
    return there


def _shape(graph: Graph) -> Any:
    return sorted(node.id for node in graph.nodes), sorted(graph.edges)


@settings(max_examples=40)
@given(with_disabled())
def test_it_runs_as_if_they_were_taken_out_by_hand(drawn: tuple[dict[str, Any], list[str]]) -> None:
    data, off = drawn
    by_hand = _by_hand(data, off)
    assert _shape(without_disabled(read_graph(data))) == _shape(read_graph(by_hand))
    one, other = compile_definition(data, {}), compile_definition(by_hand, {})
    assert (one.start, one.entry_id, one.iterating) == (other.start, other.entry_id, other.iterating)
    assert {step.id: (step.handles, step.home) for step in one.nodes.values()} == {
        step.id: (step.handles, step.home) for step in other.nodes.values()
    }
    assert publish_problems(data, {}) == publish_problems(by_hand, {})


@settings(max_examples=40)
@given(with_disabled(), st.randoms(use_true_random=False))
def test_in_whatever_order_edges_are_listed(drawn: tuple[dict[str, Any], list[str]], shuffled: random.Random) -> None:
    """Definitions with the same hash are the same version, so they have to do the same."""
    data, _ = drawn
    edges = list(data["edges"])
    shuffled.shuffle(edges)
    other = {**data, "edges": edges}
    one, two = read_graph(data), read_graph(other)
    assert definition_hash(one, {}) == definition_hash(two, {})
    assert _shape(without_disabled(one)) == _shape(without_disabled(two))
    list(disabled_warnings(other))
