"""A row that ends goes on with a step that is there; and one of two branches ends."""

from typing import Any

import pytest
from django.test import Client

from opsflows.studio.drafts.change import change_step
from opsflows.studio.drafts.insert import insert_step
from opsflows.studio.drafts.join import join, open_way, targets
from opsflows.studio.drafts.outline import Entry, outline
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.remove import remove_step
from opsflows.workflows.rule_form import to_graph
from tests.admin.world import World
from tests.studio.editor.pages import address, post, written

_CASES = [{"name": "gold", "equals": 1}, {"name": "silver", "equals": 2}]


def _row(*kinds: str) -> dict[str, Any]:
    return to_graph({"trigger": "deal.won", "actions": [{"type": kind} for kind in kinds]})


def _fork() -> dict[str, Any]:
    """slack (a1), then if (a3): nothing, else: nothing; then set (a2)."""
    return insert_step(_row("slack", "set"), after="a1", handle="done", kind="condition", joined=True)[0]


def _aside() -> dict[str, Any]:
    """approval (a1), if rejected: email (a3); then set (a2)."""
    return insert_step(_row("approval", "set"), after="a1", handle="rejected", kind="email")[0]


def _ends(data: dict[str, Any]) -> list[Entry]:
    return [each for each in outline(data).entries if each.sort == "end"]


def _leads(data: dict[str, Any], source: str, handle: str) -> set[str]:
    found = [edge for edge in data["edges"] if (edge["source"], edge.get("sourceHandle", "done")) == (source, handle)]
    return {edge["target"] for edge in found}


def test_one_of_two_branches_may_end_the_run() -> None:
    data, stop = insert_step(_fork(), after="a3", handle="false", kind="stop")
    assert (_leads(data, "a3", "true"), _leads(data, "a3", "false")) == ({"a2"}, {stop})
    changed, gone = change_step(
        insert_step(_fork(), after="a3", handle="false", kind="email")[0], "a4", {"kind": "stop", "config": {}}
    )
    assert (gone, _leads(changed, "a4", "done")) == ([], set())


def test_a_branch_that_ended_comes_back() -> None:
    data = change_step(_fork(), "a3", {"kind": "condition", "config": {"value": "{{t}}", "cases": _CASES}})[0]
    data = remove_step(insert_step(data, after="a3", handle="silver", kind="stop")[0], "a4")[0]
    end = _ends(data)[0]
    assert (end.node_id, end.handle, end.onto) == ("a3", "silver", "a2")
    assert _ends(join(data, after=end.node_id, handle=end.handle, onto=end.onto)) == []


def test_if_else_at_the_end_of_a_row_shows_its_other_branch() -> None:
    data, fork = insert_step(_row("slack"), after="a1", handle="done", kind="condition", joined=True)
    shown = [each for each in outline(data).places if each.words]
    assert [(each.node_id, each.handle, each.words) for each in shown] == [(fork, "false", "if no")]
    assert "false" not in dict(outline(data).steps[-1].unused)
    both = insert_step(data, after=fork, handle="false", kind="email")[0]
    assert [each.words for each in outline(both).entries if each.sort == "way"] == ["If yes", "If no"]


def test_a_row_aside_comes_back_behind_its_step() -> None:
    end = _ends(_aside())[0]
    assert (end.node_id, end.onto) == ("a3", "a2")
    joined = join(_aside(), after=end.node_id, handle=end.handle, onto=end.onto)
    assert _ends(joined) == []
    assert [each.node_id for each in outline(joined).entries if each.sort == "jump"] == ["a2"]


def test_a_run_never_goes_on_where_it_came_from_or_into_another_list() -> None:
    data, each = insert_step(_aside(), after="a2", handle="done", kind="foreach")
    data, inner = insert_step(data, after=each, handle="each", kind="slack")
    way = open_way(data, "a3")
    assert way is not None
    assert targets(data, "a3") == ["a2", each]
    for onto in ("a1", "a3", inner, "trigger", "zz"):
        with pytest.raises(Refused):
            join(data, after="a3", handle=way, onto=onto)
    with pytest.raises(Refused, match="not end there"):
        join(data, after="a1", handle="approved", onto="a2")


def test_inside_a_list_only_the_branch_ends() -> None:
    data, each = insert_step(_row("slack"), after="a1", handle="done", kind="foreach")
    data, asked = insert_step(data, after=each, handle="each", kind="approval")
    data, _ = insert_step(data, after=asked, handle="approved", kind="set")
    data, _ = insert_step(data, after=asked, handle="rejected", kind="email")
    assert [each.is_inside for each in _ends(data)] == [True]


@pytest.mark.django_db
def test_the_button_where_a_branch_ends(admin: Client, alpha: World) -> None:
    workflow = written(alpha, _aside())
    page = admin.get(address("edit", workflow)).content.decode()
    end = _ends(workflow.workflow_data)[0]
    value = f"a3|{end.handle}|a2"
    assert f'value="{value}"' in page
    for garbage in ("", "a3", "a3||", "|||", f"a3|{end.handle}|trigger", "zz|done|a2"):
        assert post(admin, workflow, address("join", workflow), {"join": garbage}).status_code == 400
    assert post(admin, workflow, address("join", workflow), {"join": value}).status_code == 302
    assert _leads(workflow.workflow_data, "a3", end.handle) == {"a2"}


@pytest.mark.django_db
def test_the_step_to_go_on_with_is_chosen(admin: Client, viewer: Client, alpha: World) -> None:
    workflow = written(alpha, _aside())
    url = f"{address('join', workflow)}?after=a3"
    assert url in admin.get(address("menu", workflow, node_id="a3")).content.decode()
    assert "“Set values”</option>" in admin.get(url).content.decode()
    assert viewer.get(url).status_code == 403
    assert viewer.post(address("join", workflow), {"revision": workflow.revision}).status_code == 403
    for gone in ("a1", "zz", "", "trigger"):
        assert admin.get(address("join", workflow), {"after": gone}).status_code == 404
