"""What single acts on a draft come to, example by example."""

from typing import Any

import pytest

from opsflows.studio.drafts.change import change_step
from opsflows.studio.drafts.copy import copy_step
from opsflows.studio.drafts.fit import fitted
from opsflows.studio.drafts.insert import insert_step
from opsflows.studio.drafts.move import move_step, move_to
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.places import AFTER_ALL
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.remove import NOTHING, remove_step
from opsflows.studio.drafts.start import set_entry, start_draft
from opsflows.workflows.registry import step_kind
from opsflows.workflows.rule_form import to_graph, to_rule

_CONDITIONS = {"rules": [{"field": "value", "operator": "greater_than", "value": 5}]}


def _row(*kinds: str) -> dict[str, Any]:
    return to_graph({"trigger": "deal.won", "actions": [{"type": kind} for kind in kinds]})


def _fork() -> dict[str, Any]:
    """slack, then if: email, else: task, then set."""
    data, fork = insert_step(_row("slack", "set"), after="a1", handle="done", kind="condition", joined=True)
    data, _ = insert_step(data, after=fork, handle="true", kind="email")
    return insert_step(data, after=fork, handle="false", kind="create_task")[0]


def _read(data: dict[str, Any]) -> list[str]:
    """The outline in short: two spaces for each branch around a step."""
    lines = []
    for each in outline(data).entries:
        if each.sort == "step" and each.name is not None:
            lines.append(f"{'  ' * each.depth}{each.name.kind}")
        elif each.sort == "way":
            lines.append(f"{'  ' * (each.depth - 1)}{each.words}:")
        elif each.sort in ("jump", "end"):
            lines.append(f"{'  ' * each.depth}{each.sort}")
    return lines


def test_branches_that_come_together_are_read_in_order() -> None:
    assert _read(_fork()) == ["slack", "condition", "If yes:", "  email", "If no:", "  create_task", "set"]


def test_what_follows_all_branches_follows_each_of_their_ends() -> None:
    data, fork = insert_step(start_draft(config={"event": "deal.won"}), after="trigger", handle="done", kind="slack")
    data, fork = insert_step(data, after=fork, handle="done", kind="condition")
    data, _ = insert_step(data, after=fork, handle="false", kind="email")
    data, last = insert_step(data, after=fork, handle=AFTER_ALL, kind="set")
    assert _read(data) == ["slack", "condition", "If yes:", "If no:", "  email", "set"]
    assert move_step(move_step(data, last, "up"), last, "down")["edges"]


def test_a_branch_that_ends_says_so() -> None:
    data = _fork()
    data["edges"] = [edge for edge in data["edges"] if (edge["source"], edge["target"]) != ("a5", "a2")]
    data, _ = insert_step(data, after="a5", handle="done", kind="stop")
    assert "  stop" in _read(data)


def test_deleting_a_fork_keeps_the_branch_that_is_named() -> None:
    yes, gone = remove_step(_fork(), "a3")
    assert (_read(yes), len(gone)) == (["slack", "email", "set"], 1)
    assert _read(remove_step(_fork(), "a3", keep="false")[0]) == ["slack", "create_task", "set"]
    assert _read(remove_step(_fork(), "a3", keep=NOTHING)[0]) == ["slack", "set"]


def test_a_fork_moves_and_is_copied_as_a_whole() -> None:
    fork = ["condition", "If yes:", "  email", "If no:", "  create_task"]
    assert _read(move_step(_fork(), "a3", "down")) == ["slack", "set", *fork]
    assert _read(copy_step(_fork(), "a3")[0]) == ["slack", *fork, *fork, "set"]


def test_a_step_moves_into_a_branch_but_not_into_its_own() -> None:
    moved = move_to(_fork(), "a1", after="a3", handle="true")
    assert _read(moved) == ["condition", "If yes:", "  slack", "  email", "If no:", "  create_task", "set"]
    with pytest.raises(Refused, match="own branches"):
        move_to(_fork(), "a3", after="a4", handle="done")


def test_cases_that_are_named_anew_keep_what_follows() -> None:
    cases = [{"name": "gold", "equals": 1}, {"name": "silver", "equals": 2}]
    data, gone = change_step(_fork(), "a3", {"kind": "condition", "config": {"value": "{{t}}", "cases": cases}})
    assert gone == []
    read = _read(data)
    assert read[2:] == ["Case “gold”:", "  email", "Case “silver”:", "  create_task", "Otherwise:", "set"]
    fewer, gone = change_step(data, "a3", {"kind": "condition", "config": {"value": "{{t}}", "cases": cases[:1]}})
    assert gone == ["a5"]
    assert _read(fewer)[2:] == ["Case “gold”:", "  email", "Otherwise:", "set"]


def test_a_step_that_ends_the_run_stands_at_the_end() -> None:
    with pytest.raises(Refused, match="where nothing follows"):
        insert_step(_row("slack", "set"), after="a1", handle="done", kind="stop")
    with pytest.raises(Refused, match="steps follow"):
        change_step(_row("slack", "set"), "a1", {"kind": "stop", "config": {}})
    with pytest.raises(Refused, match="nothing can stand behind"):
        copy_step(_row("stop"), "a1")


def test_ids_that_were_published_are_not_given_again() -> None:
    assert insert_step(_row("slack"), after="a1", handle="done", kind="email", taken={"a2", "a3"})[1] == "a4"


def test_the_entry_condition_comes_and_goes() -> None:
    there = set_entry(_row("slack"), _CONDITIONS)
    rule = to_rule(there)
    assert rule is not None
    assert rule["conditions"] == _CONDITIONS
    assert outline(there).entry == "conditions"
    assert _read(there) == ["slack"]
    assert to_rule(set_entry(there, None)) == to_rule(_row("slack"))


def test_another_kind_keeps_what_fits() -> None:
    step = {
        "kind": "slack",
        "label": "Tell",
        "onError": "continue",
        "pinned": {},
        "config": {"message": "Hi", "channel": "#a"},
    }
    assert fitted(step, step_kind("teams")) == {
        "kind": "teams",
        "label": "Tell",
        "onError": "continue",
        "config": {"message": "Hi"},
    }


def test_broken_drafts_are_read_all_the_same() -> None:
    data = _row("slack", "email")
    data["edges"] = [
        {"source": "a1", "target": "a2"},
        {"source": "a2", "target": "a1"},
        {"source": "zz", "target": "a1"},
    ]
    assert sorted(each.strip() for each in _read(data)) == ["email", "jump", "slack"]
    for broken in ({}, {"nodes": None}, {"nodes": [1, {"id": "a"}], "edges": ["x"]}):
        assert outline(broken).trigger is None
