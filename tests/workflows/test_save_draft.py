"""Drafts: lenient about what is unfinished, strict about what is broken, and never lost to a second editor."""

from decimal import Decimal

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.workflows.conftest import actor_in, draft
from tests.workflows.rules import DEAL_ALERT


def test_an_unfinished_workflow_is_kept(editor: Actor) -> None:
    workflow = create_workflow(actor=editor, name=" Renewals ", workflow_data={}, settings={})
    workflow.refresh_from_db()
    assert (workflow.workflow_name, workflow.revision, workflow.is_active) == ("Renewals", 1, False)


def test_the_trigger_is_read_off_the_draft(workflow: Workflow) -> None:
    assert workflow.trigger_config == {"kind": "event", "event": "private_offer.accepted"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_a_name_is_needed(editor: Actor, name: str) -> None:
    with pytest.raises(InvalidDefinition, match="name"):
        create_workflow(actor=editor, name=name, workflow_data={})


def test_what_is_broken_is_not_kept(editor: Actor, workflow: Workflow) -> None:
    broken = to_graph({"actions": [{"type": "salesforce"}]})
    with pytest.raises(InvalidDefinition, match="salesforce"):
        create_workflow(actor=editor, name="Broken", workflow_data=broken)
    with pytest.raises(InvalidDefinition, match="retries"):
        update_draft(actor=editor, workflow=workflow, revision=1, settings={"retries": 1})
    assert list(Workflow.objects.values_list("revision", "settings")) == [(1, {})]


def test_only_what_is_given_changes(editor: Actor, workflow: Workflow) -> None:
    saved = update_draft(actor=editor, workflow=workflow, revision=1, description="Tell sales")
    assert (saved.revision, saved.description) == (2, "Tell sales")
    assert (saved.workflow_name, saved.workflow_data) == (workflow.workflow_name, workflow.workflow_data)


def test_who_comes_second_is_told(editor: Actor, workflow: Workflow) -> None:
    update_draft(actor=editor, workflow=workflow, revision=1, name="Mine")
    with pytest.raises(RevisionConflict) as refusal:
        update_draft(actor=editor, workflow=workflow, revision=1, name="Yours")
    assert (refusal.value.expected, refusal.value.current) == (1, 2)
    workflow.refresh_from_db()
    assert workflow.workflow_name == "Mine"


def test_what_is_no_longer_taken_can_still_be_renamed(editor: Actor, workflow: Workflow) -> None:
    Workflow.objects.update(workflow_data=to_graph({"actions": [{"type": "uninstalled"}]}))
    assert update_draft(actor=editor, workflow=workflow, revision=1, name="Old").workflow_name == "Old"


def test_a_viewer_writes_nothing(account: PlatformAccount, workflow: Workflow) -> None:
    viewer = actor_in(account, "viewer")
    with pytest.raises(Forbidden):
        draft(viewer)
    with pytest.raises(Forbidden):
        update_draft(actor=viewer, workflow=workflow, revision=1, name="Mine")


def test_another_accounts_workflow_is_out_of_reach(other: PlatformAccount, workflow: Workflow) -> None:
    with pytest.raises(Forbidden):
        update_draft(actor=actor_in(other, "admin"), workflow=workflow, revision=1, name="Mine")


def test_exact_numbers_survive(editor: Actor) -> None:
    leaf = {"field": "value", "operator": "equals", "value": Decimal("100000.10")}
    workflow = draft(editor, {**DEAL_ALERT, "conditions": leaf})
    workflow.refresh_from_db()
    assert workflow.workflow_data["nodes"][1]["data"]["config"]["conditions"]["value"] == Decimal("100000.10")
