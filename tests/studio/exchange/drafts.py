"""Drafts of every shape that can be saved, for exports."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    [
        "plain",
        "yes",
        "null",
        "1e5",
        "08",
        "2026-01-01",
        "two\nlines\n",
        " kept ",
        "tab\t",
        "é表😀",
        "a: b # c",
        "",
        "=1",
        "\u2028",
        "-",
    ]
)
TEXTS = _WORDS | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(allow_nan=False, allow_infinity=False, places=4).map(Decimal)
LEAVES = TEXTS | NUMBERS | st.booleans() | st.none()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
CONDITIONS = st.fixed_dictionaries(
    {
        "logic": st.sampled_from(["AND", "OR"]),
        "rules": st.lists(
            st.fixed_dictionaries(
                {"field": st.sampled_from(["value", "a.b"]), "operator": st.just("equals"), "value": LEAVES}
            ),
            max_size=3,
        ),
    }
)
CONFIGS = {
    "set": st.fixed_dictionaries({"values": st.dictionaries(st.sampled_from(["x", "y", "Zed"]), VALUES, max_size=3)}),
    "condition": st.fixed_dictionaries({"conditions": CONDITIONS}),
    "foreach": st.fixed_dictionaries({"items": TEXTS, "concurrency": st.integers(1, 9)}),
    "delay": st.fixed_dictionaries({"duration": st.just("2 days")}),
    "approval": st.just({}),
    "email": st.fixed_dictionaries({"subject": TEXTS}),
}
_TYPES = {"condition": "condition", "delay": "delay", "email": "email"}
_HANDLES = {
    "condition": ["true", "false"],
    "foreach": ["each", "done"],
    "approval": ["approved", "rejected", "expired", "recalled", "changes_requested"],
}


@st.composite
def drafts(draw: st.DrawFn) -> dict[str, Any]:
    """`workflow_data`: rows, rows with sides, trees, tangles."""
    trigger = {"id": draw(st.sampled_from(["trigger", "t"])), "type": "trigger", "data": _trigger(draw)}
    nodes, edges = [trigger], []
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(CONFIGS)))
        data: dict[str, Any] = {"kind": kind, "config": draw(CONFIGS[kind])}
        if draw(st.booleans()):
            data |= draw(_BESIDE)
        node_id = draw(st.sampled_from([f"a{number + 1}", f"n{number}"]))
        nodes.append({"id": node_id, "type": _TYPES.get(kind, "action"), "data": data, "position": {"x": 1, "y": 2}})
        before = nodes[-2] if draw(st.integers(0, 3)) else draw(st.sampled_from(nodes[:-1]))
        ways = _HANDLES.get(before["data"]["kind"], ["done"])
        edges.append(
            {"source": before["id"], "target": node_id, "sourceHandle": draw(st.sampled_from([*ways, "error"]))}
        )
    if draw(st.integers(0, 4)) == 0 and len(nodes) > 2:
        edges.append({"source": nodes[-1]["id"], "target": nodes[1]["id"]})
    return {"nodes": nodes, "edges": edges}


def _trigger(draw: st.DrawFn) -> dict[str, Any]:
    return draw(
        st.sampled_from(
            [
                {"kind": "event", "config": {"event": "order.paid"}},
                {"kind": "event", "config": {}, "label": "Start"},
                {"kind": "manual", "config": {}},
                {"kind": "schedule", "config": {"cron": "0 9 * * 1-5", "zone": ""}},
            ]
        )
    )


_BESIDE = st.fixed_dictionaries(
    {"label": TEXTS},
    optional={
        "onError": st.sampled_from(["stop", "continue", "retry"]),
        "retryCount": st.integers(0, 20),
        "stepTimeout": st.just("10 minutes"),
        "disabled": st.booleans(),
        "pinned": st.just({"output": {"customer": "Ada"}}),
    },
)
