"""Whoever disables a step is told what goes with it, and what others would have read of it."""

from typing import Any

from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.warn_disabled import disabled_warnings
from tests.runs.graphs import graph

OFF = {"disabled": True}


def put(name: str, value: str = "x", **rest: Any) -> dict[str, Any]:
    return {"type": "set", "values": {name: value}, **rest}


def said(data: Any) -> list[str]:
    return [f"{each.path}: {each.message}" for each in disabled_warnings(data)]


def test_steps_that_only_it_leads_to() -> None:
    data = graph(
        "ask.rejected -> no",
        "no -> later",
        "ask.approved -> yes",
        ask={"type": "approval", "title": "May we?", **OFF},
        yes=put("a"),
        no=put("b", label="Say no"),
        later=put("c", label="Later"),
    )
    assert said(data) == [
        "nodes[no]: “Step 2, Say no”, “Step 3, Later” are passed over as well: only disabled steps lead to them."
    ]


def test_values_that_are_read_of_it() -> None:
    read = {"type": "create_task", "title": "{{tier}} {{steps.look.output.name}} {{customer}} {{region}}"}
    data = graph(
        "tier -> look",
        "look.found -> keep",
        "keep -> region",
        "region -> read",
        tier=put("tier", label="Tier", **OFF),
        look={"type": "lookup", "label": "Look", **OFF},
        keep=put("region"),
        region=put("region", **OFF),
        read={**read, "label": "Ring"},
    )
    tier, look = sorted(said(data), reverse=True)
    assert tier == (
        "nodes[read]: “Step 5, Ring” reads tier, which comes from “Step 1, Tier”; that is passed over, so it is empty, "
        "unless what starts the run carries it."
    )
    assert look.endswith(
        "reads steps.look.output.name, which comes from “Step 2, Look”; that is passed over, so it is empty."
    )


def test_nothing_to_say() -> None:
    plain = to_graph({"trigger": "a.b", "actions": [put("a"), put("b", "{{a}}")]})
    off = to_graph({"trigger": "a.b", "actions": [put("a", disabled=True), put("b", "{{c}}")]})
    assert said(plain) == said(off) == said({"nodes": "broken"}) == []
