"""Whatever is changed in a definition, something is told; and nothing where nothing is."""

import copy
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.workflows.graph import definition_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.wording.differences import Difference, differences

_words = st.sampled_from(["a", "b", "Call {{name}}", "1", "", "yes", "x" * 200 + "y"])
_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), _words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "name", "token", "k"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_leaf = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["value", "tier"]),
        "operator": st.sampled_from(["equals", "greater_than", "is_empty", "in_list", "nonsense"]),
        "value": st.one_of(st.integers(0, 3), _words),
    }
)
_conditions = st.recursive(
    _leaf,
    lambda inner: st.fixed_dictionaries(
        {"logic": st.sampled_from(["AND", "OR", "NOT"]), "rules": st.lists(inner, max_size=3)}
    ),
    max_leaves=5,
)
_configs = st.dictionaries(
    st.sampled_from(["title", "channel", "levels", "payload", "headers", "values", "cases"]), _values, max_size=3
)


@st.composite
def definitions(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Steps and arrows as they come: branching, joining, looping, leading nowhere."""
    ids = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=5))
    nodes: list[dict[str, Any]] = []
    if draw(st.integers(0, 9)):
        event = draw(st.sampled_from(["deal.won", "deal.lost"]))
        nodes.append({"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": event}}})
    for node_id in ids:
        kind = draw(st.sampled_from(["slack", "create_task", "condition", "parallel", "approval", "unknown"]))
        config = {"conditions": draw(_conditions)} if kind == "condition" else draw(_configs)
        data = {"kind": kind, "config": config, "label": draw(st.sampled_from(["", "", "Mine"]))}
        data |= draw(st.sampled_from([{}, {}, {"disabled": True}, {"retryCount": 2}, {"critical": False}]))
        nodes.append({"id": node_id, "type": "action", "data": data})
    ends = st.sampled_from(["t", *ids, "gone"])
    ways = st.sampled_from(["done", "true", "false", "error"])
    edges = draw(st.lists(st.builds(_edge, ends, ends, ways), max_size=6))
    run = draw(st.dictionaries(st.sampled_from(["priority", "errorHandling", "exits"]), _values, max_size=2))
    return {"nodes": nodes, "edges": edges}, run


def _edge(source: str, target: str, handle: str) -> dict[str, str]:
    return {"source": source, "target": target, "sourceHandle": handle}


@settings(deadline=None, max_examples=150)
@given(definitions(), definitions())
def test_a_change_is_told_and_none_is_not(one: Any, other: Any) -> None:
    for first, second in ((one, one), (one, other), (one, (other[0], one[1])), (one, (one[0], other[1]))):
        found = differences(*first, *second)
        hashes = [definition_hash(read_graph(data), run) for data, run in (first, second)]
        assert bool(found) is (hashes[0] != hashes[1])
        back = differences(*second, *first)
        assert _come(found) == _gone(back)
        assert _gone(found) == _come(back)


def _come(found: list[Difference]) -> Counter[str]:
    return Counter(each.after for each in found if each.kind == "added")


def _gone(found: list[Difference]) -> Counter[str]:
    return Counter(each.before for each in found if each.kind == "removed")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6), st.permutations(range(6)), st.randoms())
def test_a_row_in_another_order_is_told_as_moves_alone(titles: list[str], order: list[int], random: Any) -> None:
    old = [{"type": "create_task", "title": title} for title in titles]
    new = [copy.deepcopy(old[at]) for at in order if at < len(old)]
    found = differences(
        to_graph({"trigger": "x.y", "actions": old}), {}, to_graph({"trigger": "x.y", "actions": new}), {}
    )
    assert {each.kind for each in found} == ({"moved"} if old != new else set())
    assert len(found) < max(1, len(old))


@settings(deadline=None, max_examples=60)
@given(definitions(), _values)
def test_what_is_broken_never_raises(whole: Any, broken: Any) -> None:
    data = {"nodes": [*whole[0]["nodes"], broken], "edges": broken}
    differences(*whole, data, broken)
    differences(data, broken, *whole)
    assert differences(data, broken, data, broken) == []
