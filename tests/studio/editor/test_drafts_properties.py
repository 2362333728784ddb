"""Whatever is done to a draft, it stays one that a run could go, and what was not touched stays as it was."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.studio.drafts.change import change_step, set_disabled
from opsflows.studio.drafts.checked import wrong_joints
from opsflows.studio.drafts.copy import copy_step
from opsflows.studio.drafts.insert import insert_step
from opsflows.studio.drafts.join import join
from opsflows.studio.drafts.move import move_step, move_to
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.remove import NOTHING, remove_step
from opsflows.studio.drafts.start import set_entry, set_trigger
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.validate import structure_problems
from tests.studio.editor.graphs import drafts

_CONDITIONS = {"rules": [{"field": "value", "operator": "greater_than", "value": 7}]}
_ACTS = ("insert", "up", "down", "move", "copy", "remove", "disable", "entry", "trigger", "change", "join")


def _hash(data: dict[str, Any]) -> str:
    return definition_hash(read_graph(data), {})


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    return {node["id"]: node["data"] for node in data["nodes"]}


def _done(draw: Any, data: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """One act, and the ids of what it may have touched."""
    found = outline(data)
    steps, places = [each.node_id for each in found.steps], found.places
    act = draw(st.sampled_from(_ACTS if steps else ("insert", "entry", "trigger")))
    step = draw(st.sampled_from(steps)) if steps else ""
    place = draw(st.sampled_from(places))
    match act:
        case "insert":
            kind = draw(st.sampled_from(sorted(all_kinds())))
            new, node_id = insert_step(
                data, after=place.node_id, handle=place.handle, kind=kind, joined=draw(st.booleans())
            )
            return new, {node_id}
        case "up" | "down":
            return move_step(data, step, act), set()
        case "move":
            return move_to(data, step, after=place.node_id, handle=place.handle), set()
        case "copy":
            new, node_id = copy_step(data, step)
            assert _facts(new)[node_id] == _facts(data)[step]
            return new, set()
        case "remove":
            new, gone = remove_step(data, step, keep=draw(st.sampled_from(["", NOTHING, "false"])))
            assert _facts(new).keys() == _facts(data).keys() - {step, *gone}
            return new, set()
        case "disable":
            return set_disabled(data, step, disabled=draw(st.booleans())), {step}
        case "entry":
            return set_entry(data, draw(st.sampled_from([None, _CONDITIONS]))), {found.entry or ""}
        case "join":
            end = draw(st.sampled_from([each for each in found.entries if each.onto] or [None]))
            return (data if end is None else join(data, after=end.node_id, handle=end.handle, onto=end.onto)), set()
        case "change":
            kind = draw(st.sampled_from(["email", "condition", "foreach", "parallel", "approval", "stop"]))
            return change_step(data, step, {"kind": kind, "config": {}})[0], {step}
        case _:
            return set_trigger(data, "event", {"event": "order.created"}), {found.trigger or ""}


@settings(max_examples=150)
@given(drafts(), st.data())
def test_any_row_of_acts_leaves_a_draft_that_can_be_gone(data: dict[str, Any], draw: st.DataObject) -> None:
    assert wrong_joints(data) == set()
    for _ in range(4):
        before = data
        try:
            data, touched = _done(draw.draw, data)
        except Refused:
            continue
        assert structure_problems(data, {}) == []
        assert wrong_joints(data) == set()
        old, new = _facts(before), _facts(data)
        assert {key: old[key] for key in old.keys() & new.keys() - touched} == {
            key: new[key] for key in old.keys() & new.keys() - touched
        }
        shown = [each.node_id for each in outline(data).steps]
        assert sorted(shown) == sorted(new.keys() - {outline(data).trigger, outline(data).entry})


@settings(max_examples=150)
@given(drafts(), st.data())
def test_up_and_down_again_leads_back(data: dict[str, Any], draw: st.DataObject) -> None:
    steps = outline(data).steps
    rising = [each.node_id for each in steps if each.can_rise]
    for step in rising:
        try:
            moved = move_step(data, step, "up")
        except Refused:
            continue
        assert _hash(moved) != _hash(data)
        assert _hash(move_step(moved, step, "down")) == _hash(data)


@settings(max_examples=50)
@given(drafts())
def test_disabled_and_enabled_again_is_the_same(data: dict[str, Any]) -> None:
    for step in outline(data).steps:
        off = set_disabled(data, step.node_id, disabled=True)
        assert set_disabled(off, step.node_id, disabled=True) == off
        assert _hash(set_disabled(off, step.node_id, disabled=False)) == _hash(data)


@settings(max_examples=50)
@given(drafts())
def test_unchanged_is_unchanged(data: dict[str, Any]) -> None:
    for step in outline(data).steps:
        same, gone = change_step(data, step.node_id, _facts(data)[step.node_id])
        assert (_hash(same), gone) == (_hash(data), [])


@settings(max_examples=50)
@given(drafts(), st.data())
def test_a_step_put_in_and_taken_out_leaves_no_trace(data: dict[str, Any], draw: st.DataObject) -> None:
    for place in outline(data).places:
        try:
            there, node_id = insert_step(data, after=place.node_id, handle=place.handle, kind="email")
        except Refused:
            continue
        if place.handle != "*" and "," not in place.handle:
            assert _hash(remove_step(there, node_id)[0]) == _hash(data)
