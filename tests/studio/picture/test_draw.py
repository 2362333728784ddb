"""The picture of a flow: whatever the graph, it is there, sound, and says what it shows."""

import re
import time
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from opsflows.studio.picture.draw import draw
from opsflows.studio.picture.layout import HEIGHT, WIDTH, Layout, lay_out
from opsflows.studio.picture.sketch import sketch_of
from tests.studio.picture.graphs import edge, flows, row, step

_SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{picture}</div>")


def drawn(picture: str) -> list[str]:
    return [each.attrib["data-node"] for each in parsed(picture).iter(f"{_SVG}g") if "data-node" in each.attrib]


def corners(layout: Layout) -> dict[str, tuple[float, float]]:
    return {placed.box.id: (placed.x, placed.y) for placed in layout.placed}


def layout_of(workflow_data: Any) -> dict[str, tuple[float, float]]:
    return corners(lay_out(sketch_of(workflow_data)))


@settings(max_examples=150, deadline=None)
@given(flows())
def test_every_box_is_drawn_once_and_none_lies_on_another(flow: dict[str, Any]) -> None:
    picture = draw(flow, looks={"n1": "done", "n2": "no such look"}, links={"n3": "#step-n3"})
    assert sorted(drawn(picture)) == sorted(node["id"] for node in flow["nodes"])
    assert draw(flow, looks={"n1": "done", "n2": "no such look"}, links={"n3": "#step-n3"}) == picture
    layout = lay_out(sketch_of(flow))
    rows: dict[float, list[float]] = {}
    for x, y in corners(layout).values():
        assert 0 <= x <= layout.width - WIDTH
        assert 0 <= y <= layout.height - HEIGHT
        rows.setdefault(y, []).append(x)
    assert all(right - left >= WIDTH for xs in rows.values() for left, right in pairwise(sorted(xs)))
    assert all(lower - upper >= HEIGHT for upper, lower in pairwise(sorted(rows)))


@pytest.mark.parametrize(
    "broken", [None, [], "x", {}, {"nodes": 3}, {"nodes": [None, {"id": 1}, {"id": ""}], "edges": [7]}]
)
def test_what_is_no_graph_says_so(broken: Any) -> None:
    assert "nothing to draw" in draw(broken)


def test_branches_stand_side_by_side_and_join_in_the_middle_below() -> None:
    nodes = [step("t", "event"), step("c", "condition"), step("a", "email"), step("b", "email"), step("j", "email")]
    edges = [edge("t", "c"), edge("c", "b", "false"), edge("c", "a", "true"), edge("a", "j"), edge("b", "j")]
    at = layout_of({"nodes": nodes, "edges": edges})
    assert at["a"][0] < at["c"][0] < at["b"][0]
    assert at["t"][0] == at["c"][0] == at["j"][0]
    assert at["a"][1] == at["b"][1] < at["j"][1]


def test_a_wide_picture_says_so_and_gets_the_page_for_itself() -> None:
    beside = [step("t", "event"), step("c", "condition"), step("a", "email"), step("b", "email")]
    edges = [edge("t", "c"), edge("c", "a", "true")]
    assert "is-wide" not in draw({"nodes": beside[:3], "edges": edges})
    assert 'class="studio-picture-box is-wide"' in draw({"nodes": beside, "edges": [*edges, edge("c", "b", "false")]})


def test_what_is_done_for_each_item_stands_beside_the_way_on_and_above_what_follows() -> None:
    nodes = [step("t", "event"), step("f", "foreach"), step("x", "email"), step("y", "email"), step("d", "email")]
    edges = [edge("t", "f"), edge("f", "x", "each"), edge("x", "y"), edge("f", "d", "done")]
    at = layout_of({"nodes": nodes, "edges": edges})
    assert at["d"][0] == at["f"][0] < at["x"][0] == at["y"][0]
    assert at["y"][1] < at["d"][1]


def test_ways_are_called_by_words() -> None:
    nodes = [step("t", "event"), step("c", "condition", "Is it large?"), step("a", "email"), step("b", "stop")]
    flow = {"nodes": nodes, "edges": [edge("t", "c"), edge("c", "a", "true"), edge("c", "b", "false")]}
    words = [each.text for each in parsed(draw(flow)).iter(f"{_SVG}text") if each.get("class") == "studio-way-word"]
    assert words == ["yes", "no"]
    described = parsed(draw(flow, looks={"a": "failed"})).find(f".//{_SVG}desc")
    assert described is not None
    assert described.text == (
        "1. When this happens. 2. Is it large?, Check a condition; goes on with yes: 3, no: 4. "
        "3. Send an email, failed; it ends there. 4. Stop; it ends there."
    )


def test_long_names_are_cut_and_told_in_full_by_the_title() -> None:
    name = "Tell everybody who could possibly care about this very large order"
    picture = parsed(draw({"nodes": [step("a", "email", name)], "edges": []}))
    shown = next(each.text for each in picture.iter(f"{_SVG}text") if each.get("class") == "studio-node-name")
    assert shown
    assert shown.endswith("…")
    assert f"{name}, Send an email" in [each.text for each in picture.iter(f"{_SVG}title")]


def test_links_are_stops_in_reading_order() -> None:
    flow = row(3)
    picture = draw(flow, links={node["id"]: f"?step={node['id']}&x=1" for node in flow["nodes"]})
    assert re.findall(r'href="\?step=(\w+)&amp;x=1"', picture) == ["t", "s0", "s1", "s2"]
    assert 'role="img"' not in picture


def test_disabled_steps_are_dashed() -> None:
    node = step("a", "email")
    node["data"]["disabled"] = True
    picture = draw({"nodes": [node], "edges": []})
    assert "studio-node-disabled" in picture
    assert "disabled" in picture


def _tangle() -> dict[str, Any]:
    flow = row(499, kind="condition")
    ids = [node["id"] for node in flow["nodes"]]
    more = [edge(ids[at], ids[(at * 7 + 3) % 500], "false") for at in range(500)]
    return {**flow, "edges": flow["edges"] + more}


def _wide() -> dict[str, Any]:
    nodes = row(499)["nodes"]
    return {
        "nodes": nodes,
        "edges": [edge(nodes[(at - 1) // 3]["id"], nodes[at]["id"], f"w{at % 3}") for at in range(1, 500)],
    }


@pytest.mark.parametrize(
    "flow", [row(499), _tangle(), _wide(), row(499, kind="foreach")], ids=["row", "tangle", "tree", "forks"]
)
def test_five_hundred_steps_are_drawn_in_no_time(flow: dict[str, Any]) -> None:
    draw(flow)
    began = time.perf_counter()
    picture = draw(flow)
    # Far below 0.2 s; the rest is for machines that do other things beside it.
    assert time.perf_counter() - began < 0.5
    assert len(drawn(picture)) == 500
