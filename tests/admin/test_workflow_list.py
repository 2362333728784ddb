"""The list of workflows: narrowed, searched, and with ways to begin one; and what depends on a workflow."""

from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from opsflows.schedules.create_schedule import create_schedule
from opsflows.workflows.admin import workflow_filters
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from opsflows.workflows.set_tags import set_tags
from tests.admin.addresses import act, listing, page
from tests.admin.world import World


def names(client: Client, **query: str) -> list[str]:
    answer = client.get(listing(Workflow), query)
    assert answer.status_code == 200
    return [row.workflow_name for row in answer.context["cl"].result_list]


@pytest.fixture
def some(alpha: World, beta: World) -> Workflow:
    beta.workflow("Deals of others")
    alpha.workflow("Orders", live=False, trigger="order.placed", conditions=None)
    deals = alpha.workflow("Deals")
    set_tags(actor=alpha.actor, workflow=deals, tags=["q4"], now=timezone.now())
    set_tags(actor=beta.actor, workflow=Workflow.objects.get(account=beta.account), tags=["theirs"], now=timezone.now())
    return deals


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Deals", "Orders"]),
        ({"q": "crm.example DEALS"}, ["Deals"]),
        ({"q": "deals placed"}, []),
        ({"q": "never-to-be-seen"}, []),
        ({"tag": "q4"}, ["Deals"]),
        ({"tag": "theirs"}, ["Deals", "Orders"]),
        ({"event": "order.placed"}, ["Orders"]),
        ({"category": "sales"}, []),
        ({"state": "live", "tag": "q4", "event": "alpha.happened"}, ["Deals"]),
    ],
)
def test_it_is_narrowed(admin: Client, some: Workflow, query: dict[str, str], found: list[str]) -> None:
    assert names(admin, **query) == found


def test_it_says_where_a_search_found_something(admin: Client, some: Workflow) -> None:
    text = admin.get(listing(Workflow), {"q": "crm.example"}).content.decode()
    assert "Step “Tell”: https://crm.example/x" in text


def test_the_ways_in_are_for_those_who_may(admin: Client, viewer: Client, some: Workflow) -> None:
    try:
        new = f'href="{reverse("studio:new")}"'
    except NoReverseMatch:
        pytest.skip("The page is not there yet.")
    assert new in admin.get(listing(Workflow)).content.decode()
    assert new not in viewer.get(listing(Workflow)).content.decode()


def test_a_tag_that_is_not_offered_any_more_narrows_all_the_same(
    admin: Client, alpha: World, some: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow_filters, "_OFFERED", 1)
    set_tags(actor=alpha.actor, workflow=some, tags=["a first one", "q4"], now=timezone.now())
    assert names(admin, tag="q4") == names(admin, tag="a first one") == ["Deals"]
    assert names(admin, event="order.placed") == ["Orders"]
    assert names(admin, tag="theirs") == names(admin)


def test_a_tag_with_a_comma_is_two(admin: Client, some: Workflow) -> None:
    """In a line of tags; no other door takes one that such a line would tear apart."""
    admin.post(act(some, "tag"), {"tags": "Q4, push"})
    assert sorted(tag.name for tag in some.tags.all()) == ["push", "q4"]


def test_tags_are_set_on_the_page(admin: Client, some: Workflow) -> None:
    assert 'value="q4"' in admin.get(act(some, "tag")).content.decode()
    admin.post(act(some, "tag"), {"tags": "Big, emea"})
    assert sorted(tag.name for tag in some.tags.all()) == ["big", "emea"]
    assert "?tag=big" in admin.get(page(some)).content.decode()
    refused = admin.post(act(some, "tag"), {"tags": "x" * 101})
    assert (refused.status_code, "at most 100 characters" in refused.content.decode()) == (400, True)


def test_a_tags_link_names_the_whole_tag(admin: Client, alpha: World) -> None:
    set_tags(actor=alpha.actor, workflow=alpha.workflow("Deals"), tags=["r&d #1"], now=timezone.now())
    said = admin.get(listing(Workflow)).content.decode()
    assert 'href="?tag=r%26d+%231">r&amp;d #1</a>' in said
    assert "Deals" in admin.get(f"{listing(Workflow)}?tag=r%26d+%231").content.decode()


def test_what_depends_on_it(admin: Client, alpha: World, some: Workflow) -> None:
    def calling(name: str, kind: str, wanted: str, **settings: Any) -> Workflow:
        step = {"type": kind, "workflowId": wanted} if kind else {"type": "create_task", "title": "Deals"}
        workflow = alpha.workflow(name, live=False, trigger=f"alpha.{kind or 'none'}", actions=[step], conditions=None)
        if settings:
            update_draft(actor=alpha.actor, workflow=workflow, revision=1, settings=settings)
            workflow.refresh_from_db()
        publish(actor=alpha.actor, workflow=workflow, now=timezone.now())
        return workflow

    calling("By name", "trigger_workflow", "Deals")
    calling("As a part", "subworkflow", str(some.pk))
    calling("Fails into it", "", "", errorHandling={"errorWorkflow": "Deals"})
    calling("Not at all", "trigger_workflow", "Orders")
    at_seven = {"cron": "0 7 * * *", "workflow_id": some.pk, "is_active": False}
    create_schedule(actor=alpha.actor, name="Mornings", now=timezone.now(), **at_seven)
    for url in (act(some, "delete"), page(some)):
        text = admin.get(url).content.decode()
        assert "These workflows start it, and their step will fail without it: “As a part”, “By name”." in text
        assert "These workflows start it when one of their runs fails: “Fails into it”." in text
        assert "These schedules start it and will fail without it: “Mornings”." in text


def test_the_page_says_what_was_proven(admin: Client, alpha: World) -> None:
    never = {
        "rules": [
            {"field": "v", "operator": "greater_than", "value": 9},
            {"field": "v", "operator": "less_than", "value": 5},
        ]
    }
    text = admin.get(page(alpha.workflow("Never", live=False, conditions=never))).content.decode()
    assert "can never hold, so this workflow would never start" in text
    assert "What it asks of v cannot all be so at once." in text
