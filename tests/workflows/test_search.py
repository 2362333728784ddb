"""Workflows are found by everything that people wrote into them, and by nothing that is secret."""

import importlib

import pytest
from django.apps import apps

from opsflows.accounts.actor import Actor
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from opsflows.workflows.search_text import MOST
from opsflows.workflows.searchable import found_in, searched
from opsflows.workflows.set_tags import set_tags
from tests.workflows.conftest import NOW

RULE = {
    "trigger": "deal.won",
    "conditions": {"rules": [{"field": "customer.country", "operator": "equals", "value": "Österreich"}]},
    "actions": [
        {
            "type": "webhook",
            "label": "Tell Finance",
            "url": "https://crm.example/deals?token=geheim123",
            "headers": {"Authorization": "Bearer hidden-token"},
            "payload": {"amountDue": "{{value}}"},
        },
        {"type": "create_task", "title": "Ring the customer at once"},
    ],
}


@pytest.fixture
def deals(editor: Actor) -> Workflow:
    return create_workflow(
        actor=editor, name="Deal Desk", workflow_data=to_graph(RULE), description="For the Vienna office"
    )


def names(workflow: Workflow, term: str) -> list[str]:
    rows = searched(Workflow.objects.filter(account=workflow.account_id), term)
    return [row.workflow_name for row in rows]


@pytest.mark.parametrize(
    "term",
    ["deal", "DEAL desk", "vienna", "won", "österreich", "ÖSTERREICH", "customer.country", "tell finance",
     "O\u0308STERREICH", "crm.example", "amountdue", "ring customer", "create a task", "desk ring vienna", "other"],
)  # fmt: skip
def test_what_a_search_finds(deals: Workflow, term: str) -> None:
    assert names(deals, term) == ["Deal Desk"]


@pytest.mark.parametrize("term", ["hidden-token", "geheim123", "deal nowhere", "100%", "de_l", "•"])
def test_what_a_search_does_not_find(deals: Workflow, term: str) -> None:
    assert names(deals, term) == []


def test_a_search_stays_in_its_account(deals: Workflow, other: object) -> None:
    assert not searched(Workflow.objects.filter(account=other), "deal").exists()


def test_where_it_was_found(deals: Workflow) -> None:
    at_once = found_in(deals, "ring", tags=())
    assert at_once is not None
    assert (at_once.place, at_once.text) == ("Step “Create a task”", "Ring the customer at once")
    assert found_in(deals, "desk", tags=()) is None
    by_tag = found_in(deals, "desk q4", tags=["q4-push"])
    assert by_tag is not None
    assert (by_tag.place, by_tag.text) == ("Tag", "q4-push")
    # Most of the words, and not the kind, which the place says already.
    by_words = found_in(deals, "task customer once", tags=())
    assert by_words is not None
    assert by_words.text == "Ring the customer at once"
    by_kind = found_in(deals, "create a task", tags=())
    assert by_kind is not None
    assert by_kind.text == "Create a task"


def test_it_is_brought_up_to_date_with_the_draft(editor: Actor, deals: Workflow) -> None:
    set_tags(actor=editor, workflow=deals, tags=["Quarter"], now=NOW)
    update_draft(actor=editor, workflow=deals, revision=1, name="Order Desk", workflow_data=to_graph({
        "trigger": "order.placed", "actions": [{"type": "create_task", "title": "Pack"}]
    }))  # fmt: skip
    assert (names(deals, "deal"), names(deals, "ring"), names(deals, "order pack quarter")) == ([], [], ["Order Desk"])


def test_the_text_is_bounded(editor: Actor) -> None:
    steps = [{"type": "create_task", "title": f"{number} {'long ' * 300}"} for number in range(40)]
    workflow = create_workflow(actor=editor, name="W", workflow_data=to_graph({"trigger": "a.b", "actions": steps}))
    assert 1000 < len(workflow.search_text) <= MOST


def test_what_was_there_before_is_filled_in(editor: Actor, deals: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Second", "Third"):
        create_workflow(actor=editor, name=name, workflow_data=deals.workflow_data)
    kept = sorted(deals.search_text.splitlines())
    Workflow.objects.update(search_text="")
    migration = importlib.import_module("opsflows.workflows.migrations.0006_fill_search_text")
    monkeypatch.setattr(migration, "BATCH", 2)
    migration.fill(apps, None)
    # PostgreSQL keeps the keys of an object in an order of its own.
    assert sorted(Workflow.objects.get(pk=deals.pk).search_text.splitlines()) == kept
    assert not Workflow.objects.filter(search_text="").exists()
