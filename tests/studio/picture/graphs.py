"""Graphs of every shape for pictures: sound, broken, in circles, with steps that nothing leads to."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

_KINDS = ["email", "condition", "foreach", "parallel", "delay", "approval", "no_such_kind", ""]
_HANDLES = [None, "done", "true", "false", "each", "a", "b", "error", "approved", "weiß & <nicht>"]
_TEXT = st.text(max_size=40) | st.sampled_from(
    ["<script>alert(1)</script>", '"&\x00\x0b', "\ud800", "é" * 300, "表" * 60]
)


@st.composite
def flows(draw: st.DrawFn, most: int = 14) -> dict[str, Any]:
    """`workflow_data` with up to `most` nodes, each id once, and edges between any of them, and to nowhere."""
    count = draw(st.integers(0, most))
    ids = [f"n{number}" for number in range(count)]
    nodes = [_node(draw, node_id, number == 0) for number, node_id in enumerate(ids)]
    ends = st.sampled_from([*ids, "nowhere"]) if ids else st.just("nowhere")
    edges = draw(st.lists(st.tuples(ends, ends, st.sampled_from(_HANDLES)), max_size=2 * most))
    joined = [{"source": source, "target": target, "sourceHandle": handle} for source, target, handle in edges]
    return {"nodes": nodes, "edges": joined}


def _node(draw: st.DrawFn, node_id: str, is_first: bool) -> dict[str, Any]:
    if is_first and draw(st.booleans()):
        return {"id": node_id, "type": "trigger", "data": {"kind": "event", "config": {"event": draw(_TEXT)}}}
    data = {"kind": draw(st.sampled_from(_KINDS)), "label": draw(_TEXT), "config": {}}
    if draw(st.booleans()):
        data |= {"disabled": True}
    return {"id": node_id, "type": "action", "data": data}


def row(count: int, *, kind: str = "email") -> dict[str, Any]:
    """A trigger and steps behind one another."""
    nodes = [{"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": "order.paid"}}}]
    nodes += [{"id": f"s{at}", "type": "action", "data": {"kind": kind, "config": {}}} for at in range(count)]
    ids = [node["id"] for node in nodes]
    return {"nodes": nodes, "edges": [edge(*pair) for pair in pairwise(ids)]}


def step(node_id: str, kind: str, label: str = "", **config: Any) -> dict[str, Any]:
    """A node of this kind."""
    data = {"kind": kind, "label": label, "config": config}
    return {"id": node_id, "type": "trigger" if kind == "event" else "action", "data": data}


def edge(source: str, target: str, handle: str | None = None) -> dict[str, Any]:
    """An edge."""
    return {"source": source, "target": target, "sourceHandle": handle}
