"""Generated drafts, as people could have built or imported them: rows, branches that meet or end, lists, sides."""

from typing import Any

from hypothesis import strategies as st

from opsflows.studio.drafts.document import Document, new_edge
from opsflows.studio.drafts.insert import new_node
from opsflows.studio.drafts.start import start_draft
from opsflows.workflows.registry import step_kind

_PLAIN: list[tuple[str, dict[str, Any]]] = [
    ("email", {"to": ["a@example.com"], "subject": "Hi", "body": "Hello {{name}}"}),
    ("slack", {"message": "{{customerName}}"}),
    ("create_task", {"title": "Call"}),
    ("set", {"values": {"a": 1}}),
    ("approval", {"title": "May we?"}),
    ("lookup", {}),
]
_RULES = {"rules": [{"field": "value", "operator": "greater_than", "value": 5}]}
_CASES = [{"name": "gold", "equals": "g"}, {"name": "silver", "equals": "s"}]
_BRANCHING = ["if", "gate", "cases", "each", "parallel"]
_BRANCHES = [{"name": "left"}, {"name": "right"}]


class _Grown:
    """A draft that grows by blocks: each leaves the ways out at which it may go on."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.document = Document(start_draft(config={"event": "deal.won"}))
        self.count = 0

    def node(self, kind: str, config: dict[str, Any], ends: list[tuple[str, str]]) -> str:
        self.count += 1
        node_id = f"{self.draw(st.sampled_from('anx'))}{self.count}"
        node = new_node(step_kind(kind), node_id)
        node["data"] = {"kind": kind, "config": config}
        if self.draw(st.integers(0, 5)) == 0:
            node["data"]["label"] = f"Step {self.count}"
        self.document.nodes[node_id] = node
        for source, handle in ends:
            self.document.edges.append(new_edge(source, handle, node_id))
        return node_id

    def row(self, ends: list[tuple[str, str]], depth: int) -> list[tuple[str, str]]:
        for _ in range(self.draw(st.integers(0 if depth else 1, 3))):
            if not ends or self.count > 14:
                break
            ends = self.block(ends, depth)
        return ends

    def block(self, ends: list[tuple[str, str]], depth: int) -> list[tuple[str, str]]:
        shape = self.draw(
            st.sampled_from(["plain"] * 4 + (["if", "gate", "cases", "each", "parallel"] if depth < 3 else []))
        )
        if shape == "plain":
            kind, config = self.draw(st.sampled_from(_PLAIN))
            node_id = self.node(kind, config, ends)
            ways = step_kind(kind).outcomes
            if depth < 2 and self.draw(st.integers(0, 4)) == 0:
                self.row([(node_id, self.draw(st.sampled_from([*ways[1:], "error"])))], depth + 1)
            return [(node_id, ways[0])]
        if shape == "gate":
            return [(self.node("condition", {"conditions": _RULES}, ends), "true")]
        if shape in ("each", "parallel"):
            config = {"items": "{{list}}"} if shape == "each" else {"branches": _BRANCHES}
            node_id = self.node("foreach" if shape == "each" else "parallel", config, ends)
            for way in ("each",) if shape == "each" else ("left", "right"):
                self.row([(node_id, way)], depth + 1)
            return [(node_id, "done")]
        config = {"conditions": _RULES} if shape == "if" else {"value": "{{tier}}", "cases": _CASES}
        node_id = self.node("condition", config, ends)
        ways = ("true", "false") if shape == "if" else ("gold", "silver", "else")
        ended = [self.row([(node_id, way)], depth + 1) for way in ways]
        going_on = self.draw(st.lists(st.booleans(), min_size=len(ways), max_size=len(ways)))
        return [end for found, goes in zip(ended, going_on, strict=True) if goes for end in found]


@st.composite
def drafts(draw: Any) -> dict[str, Any]:
    """A draft whose steps are joined as the wiring wants it."""
    grown = _Grown(draw)
    grown.row([("trigger", "done")], 0)
    return grown.document.data()
