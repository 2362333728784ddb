"""Drafts that the outline never made: circles, second triggers, ways out that are not there, depth; and old pages."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.studio.drafts.copy import copy_step
from opsflows.studio.drafts.move import move_step
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.remove import remove_step
from opsflows.studio.views.editor.cards import place_key
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import PublishRequest
from opsflows.workflows.registry import all_kinds
from tests.admin.world import World
from tests.studio.editor.pages import address, draft, post, posted_fields, written

_HTMX = {"HX-Request": "true"}
_RULES = {"rules": [{"field": "value", "operator": "greater_than", "value": 5}]}


def _node(node_id: str, kind: str, **config: Any) -> dict[str, Any]:
    known = all_kinds().get(kind)
    return {"id": node_id, "type": known.step_type if known else "trigger", "data": {"kind": kind, "config": config}}


def _graph(nodes: list[dict[str, Any]], *ways: str) -> dict[str, Any]:
    edges = [dict(zip(("source", "sourceHandle", "target"), way.split(), strict=True)) for way in ways]
    return {"nodes": nodes, "edges": edges}


def _circle() -> dict[str, Any]:
    nodes = [_node("t", "manual"), _node("a", "slack", message="a"), _node("b", "slack", message="b")]
    return _graph(nodes, "t done a", "a done b", "b done a")


def _two_triggers() -> dict[str, Any]:
    nodes = [_node("t", "manual"), _node("u", "manual"), _node("a", "slack"), _node("b", "slack")]
    return _graph(nodes, "t done a", "u done b")


def _strange_ways() -> dict[str, Any]:
    """An approval left by a way that it has not, a case that is gone, two ways to one step."""
    nodes = [_node("t", "manual"), _node("a", "approval", title="?"), _node("b", "condition", conditions=_RULES)]
    nodes += [_node(each, "slack", message=each) for each in "cdef"]
    ways = ("t done a", "a nowhere c", "a approved b", "b true d", "b gold e", "b false,x f", "b false d")
    return _graph(nodes, *ways)


def _deep(depth: int = 64) -> dict[str, Any]:
    nodes = [_node("t", "manual"), *(_node(f"c{each}", "condition", conditions=_RULES) for each in range(depth))]
    ways = [f"c{each} {way}" for each in range(depth - 1) for way in ("false", "true")]
    nodes += [_node(f"s{each}", "slack", message="x") for each in range(depth - 1)]
    ends = [f"{way} {'c' if way.endswith('true') else 's'}{index // 2 + (index % 2)}" for index, way in enumerate(ways)]
    return _graph(nodes, "t done c0", *ends)


@pytest.mark.parametrize("data", [_circle(), _two_triggers(), _strange_ways(), _deep()])
@pytest.mark.django_db
def test_whatever_the_page_offers_is_there(admin: Client, alpha: World, data: dict[str, Any]) -> None:
    workflow = written(alpha, data)
    page = admin.get(address("edit", workflow)).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    offered = sorted(set(re.findall(r'hx-get="([^"]+)"', page)))
    menus = [url for url in offered if url.endswith("/more/")]
    offered += re.findall(r'hx-get="([^"]+)"', admin.get(menus[-1], headers=_HTMX).content.decode())
    # Of a long page a few stand for all.
    for url in offered[:: len(offered) // 12 + 1]:
        answer = admin.get(html.unescape(url), headers=_HTMX)
        assert answer.status_code == 200, url
        assert "is-bad" not in answer.content.decode(), url


def test_a_step_of_a_circle_is_copied() -> None:
    data, new = copy_step(_circle(), "a")
    assert new in {node["id"] for node in data["nodes"]}


def test_a_second_trigger_is_named_and_taken_out() -> None:
    step = next(each for each in outline(_two_triggers()).steps if each.is_trigger)
    assert (step.node_id, step.can_rise, step.can_fall) == ("u", False, False)
    with pytest.raises(Refused):
        move_step(_two_triggers(), "b", "up")
    data, gone = remove_step(_two_triggers(), "u")
    assert ([node["id"] for node in data["nodes"]], gone) == (["t", "a"], ["b"])
    with pytest.raises(Refused):
        remove_step(data, "t")


def test_places_of_like_names_are_told_apart() -> None:
    names = ["a b", "a_b", "a-b", "a,b"]
    assert len({place_key("n", name) for name in names}) == len(names)


@pytest.mark.django_db
def test_the_step_to_add_is_one_that_runs_reach(admin: Client, alpha: World) -> None:
    page = admin.get(address("edit", written(alpha, _two_triggers()))).content.decode()
    found = re.findall(r'class="studio-add is-last" id="([^"]+)"', page)
    assert found == ["add-a-done"]


@pytest.mark.django_db
def test_an_old_page_is_told_what_is_there_now(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "set")
    post(admin, workflow, address("delete", workflow, node_id="a1"))
    for name in ("step", "menu", "move-to", "delete"):
        url = address(name, workflow, node_id="a1")
        part = admin.get(url, headers=_HTMX)
        assert (part.status_code, part["HX-Retarget"]) == (200, "#studio-editor")
        assert "no such step" in part.content.decode()
        whole = admin.get(url)
        assert whole.status_code == 404
        assert "Set values" in whole.content.decode()
    typed = admin.post(address("step", workflow, node_id="zz"), {"revision": 1}, headers=_HTMX)
    assert "no such step" in typed.content.decode()


@pytest.mark.django_db
def test_htmx_is_led_to_whole_pages(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    here = {**_HTMX, "HX-Current-URL": f"http://testserver{address('edit', workflow)}"}
    stranger = Client().get(address("step", workflow, node_id="a1"), headers=here)
    assert (stranger.status_code, stranger.content) == (200, b"")
    assert stranger["HX-Redirect"].startswith("/admin/login/?next=%2Fadmin%2Fstudio")
    delete_workflow(actor=alpha.actor, workflow_id=workflow.pk, now=workflow.updated_at)
    assert admin.get(address("edit", workflow), headers=_HTMX)["HX-Redirect"] == "/admin/workflows/workflow/"


@pytest.mark.django_db
def test_a_step_that_is_being_added_knows_what_stands_before_it(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack", "set")
    page = admin.get(address("add", workflow), {"after": "a2", "handle": "done", "kind": "notify"}).content.decode()
    assert "steps.a1.output" in page
    fields = posted_fields(page)
    title = next(name for name in fields if name.endswith("-title"))
    url = re.search(r'hx-post="([^"]*/preview/[^"]*)"', page)
    assert url is not None
    seen = admin.post(url[1], {**fields, title: "{{steps.a1.output.ts}} {{a}}"}).content.decode()
    assert "“Send a Slack message” answers" in seen
    assert "set by a step before" in seen
    gone = admin.post(url[1], {**fields, "after": "zz", title: "Hi"})
    assert (gone.status_code, "Hi" in gone.content.decode()) == (200, True)


@pytest.mark.django_db
def test_a_mistake_does_not_hide_what_somebody_saved_meanwhile(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    seen, url = workflow.revision, address("trigger", workflow)
    post(admin, workflow, url, {"kind": "event", "typed": "theirs.now"})
    wrong = admin.post(url, {"kind": "event", "typed": "not a name", "revision": seen}, headers=_HTMX)
    found = re.findall(r'name="revision" value="(\d+)"', wrong.content.decode())
    assert found == [str(seen)]
    assert admin.post(url, {"kind": "event", "typed": "mine.now", "revision": found[0]}).status_code == 409
    workflow.refresh_from_db()
    assert workflow.trigger_config["event"] == "theirs.now"


@pytest.mark.django_db
def test_a_character_that_no_database_keeps_is_no_crash(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    url = address("step", workflow, node_id="a1")
    fields = posted_fields(admin.get(url).content.decode())
    message = next(name for name in fields if name.endswith("-message"))
    assert admin.post(url, {**fields, message: "a\x00b"}).status_code in (302, 400)


@pytest.mark.django_db
def test_who_edits_what_waits_to_be_approved_is_told(admin: Client, alpha: World) -> None:
    workflow = draft(alpha, "slack")
    assert "withdraws" not in admin.get(address("edit", workflow)).content.decode()
    PublishRequest.objects.create(
        account=alpha.account,
        workflow=workflow,
        content_hash="0" * 64,
        revision=workflow.revision,
        requested_by=alpha.admin,
        requested_at=timezone.now(),
    )
    assert "alpha-admin asked for this to go live" in admin.get(address("edit", workflow)).content.decode()
    post(admin, workflow, address("copy", workflow, node_id="a1"))
    assert "withdraws" not in admin.get(address("edit", workflow)).content.decode()
