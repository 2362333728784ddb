"""Publishing: immutable versions, what is live when, and who may."""

from datetime import datetime, timedelta

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows import gates
from opsflows.workflows.activate import set_active
from opsflows.workflows.errors import InvalidDefinition, NotPublished, RevisionConflict
from opsflows.workflows.gates import Defer, PublishDeferred, PublishRefused, Refuse, register_gate
from opsflows.workflows.models import IndexEpoch, Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import update_draft
from tests.workflows.conftest import actor_in, draft
from tests.workflows.rules import DEAL_ALERT

LATER = {**DEAL_ALERT, "trigger": "private_offer.sent"}


def epoch() -> int:
    return IndexEpoch.objects.filter(pk=1).values_list("epoch", flat=True).first() or 0


def spans(workflow: Workflow) -> list[tuple[int, datetime, datetime | None]]:
    rows = workflow.activations.order_by("active_from", "id")
    return list(rows.values_list("version__number", "active_from", "active_to"))


def test_the_draft_becomes_a_live_version(editor: Actor, workflow: Workflow, now: datetime) -> None:
    before = epoch()
    version = publish(actor=editor, workflow=workflow, note="First", now=now)
    assert (version.number, version.note, version.trigger_event) == (1, "First", "private_offer.accepted")
    assert version.workflow_data == workflow.workflow_data
    assert (workflow.is_active, workflow.published_version) == (True, version)
    assert spans(workflow) == [(1, now, None)]
    assert epoch() > before


def test_publishing_again_without_a_change_does_nothing(editor: Actor, workflow: Workflow, now: datetime) -> None:
    first = publish(actor=editor, workflow=workflow, now=now)
    moved = {**workflow.workflow_data, "edges": list(reversed(workflow.workflow_data["edges"]))}
    moved["nodes"] = [{**node, "position": {"x": 7, "y": 7}} for node in reversed(moved["nodes"])]
    workflow = update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=moved)
    before = epoch()
    assert publish(actor=editor, workflow=workflow, now=now + timedelta(hours=1)) == first
    assert (workflow.versions.count(), spans(workflow), epoch()) == (1, [(1, now, None)], before)


def test_a_version_never_changes(editor: Actor, workflow: Workflow, now: datetime) -> None:
    first = publish(actor=editor, workflow=workflow, now=now)
    published = first.workflow_data
    workflow = update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=to_graph(LATER))
    first.refresh_from_db()
    assert first.workflow_data == published
    second = publish(actor=editor, workflow=workflow, now=now + timedelta(hours=1))
    first.refresh_from_db()
    assert (first.number, first.workflow_data, second.number) == (1, published, 2)
    assert first.content_hash != second.content_hash
    assert spans(workflow) == [(1, now, now + timedelta(hours=1)), (2, now + timedelta(hours=1), None)]


def test_a_change_of_the_settings_alone_is_a_new_version(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    workflow = update_draft(actor=editor, workflow=workflow, revision=1, settings={"priority": "high"})
    assert publish(actor=editor, workflow=workflow, now=now).number == 2


def test_what_is_unfinished_is_not_published(editor: Actor, now: datetime) -> None:
    workflow = draft(editor, {**DEAL_ALERT, "trigger": None, "actions": [{"type": "slack"}]})
    with pytest.raises(InvalidDefinition) as refusal:
        publish(actor=editor, workflow=workflow, now=now)
    paths = [problem.path for problem in refusal.value.problems]
    assert paths == ["nodes[trigger].config.event", "nodes[a1].config.message"]
    workflow.refresh_from_db()
    assert (workflow.is_active, workflow.versions.count(), epoch()) == (False, 0, 0)


def test_only_what_the_actor_has_seen_is_published(editor: Actor, workflow: Workflow, now: datetime) -> None:
    update_draft(actor=editor, workflow=workflow, revision=1, name="Another")
    with pytest.raises(RevisionConflict, match="revision 2"):
        publish(actor=editor, workflow=workflow, revision=1, now=now)


@pytest.mark.parametrize("role", ["viewer", "approver"])
def test_some_may_only_look(account: PlatformAccount, workflow: Workflow, role: str, now: datetime) -> None:
    for verb in (publish, lambda **given: set_active(active=False, **given)):
        with pytest.raises(Forbidden):
            verb(actor=actor_in(account, role), workflow=workflow, now=now)


def test_nobody_publishes_for_another_account(other: PlatformAccount, workflow: Workflow, now: datetime) -> None:
    with pytest.raises(Forbidden, match="another account"):
        publish(actor=actor_in(other, "admin"), workflow=workflow, now=now)


def test_switching_off_and_on(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    off, on = now + timedelta(hours=1), now + timedelta(hours=2)
    first = epoch()
    set_active(actor=editor, workflow=workflow, active=False, now=off)
    assert (workflow.is_active, spans(workflow)) == (False, [(1, now, off)])
    second = epoch()
    set_active(actor=editor, workflow=workflow, active=True, now=on)
    assert (workflow.is_active, spans(workflow)) == (True, [(1, now, off), (1, on, None)])
    assert first < second < epoch()


def test_switching_to_what_it_is_changes_nothing(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    before = epoch()
    set_active(actor=editor, workflow=workflow, active=True, now=now + timedelta(hours=1))
    assert (spans(workflow), epoch()) == ([(1, now, None)], before)


def test_a_draft_is_not_switched_on_by_the_switch(editor: Actor, workflow: Workflow, now: datetime) -> None:
    with pytest.raises(NotPublished, match="never published"):
        set_active(actor=editor, workflow=workflow, active=True, now=now)


def test_the_switch_turns_on_what_was_published_not_the_draft(editor: Actor, workflow: Workflow, now: datetime) -> None:
    version = publish(actor=editor, workflow=workflow, now=now)
    set_active(actor=editor, workflow=workflow, active=False, now=now)
    workflow = update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=to_graph(LATER))
    set_active(actor=editor, workflow=workflow, active=True, now=now)
    assert workflow.published_version == version


def test_a_clock_that_is_behind_leaves_no_backward_span(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    set_active(actor=editor, workflow=workflow, active=False, now=now - timedelta(seconds=3))
    assert spans(workflow) == [(1, now, now)]


@pytest.fixture
def no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """None but those of the test, which are gone after it."""
    monkeypatch.setattr(gates, "_gates", [])


@pytest.mark.usefixtures("no_gates")
def test_a_gate_may_refuse(editor: Actor, workflow: Workflow, now: datetime) -> None:
    register_gate(lambda publication: Defer("Ask Dana."))
    register_gate(lambda publication: Refuse("Not on a Friday."))
    with pytest.raises(PublishRefused, match="Friday"):
        publish(actor=editor, workflow=workflow, now=now)
    assert not WorkflowVersion.objects.exists()


@pytest.mark.usefixtures("no_gates")
def test_a_gate_may_defer_and_keep_what_it_wrote(editor: Actor, workflow: Workflow, now: datetime) -> None:
    def ask(publication: gates.Publication) -> Defer:
        Workflow.objects.filter(pk=publication.workflow.pk).update(description="asked")
        return Defer("Dana is asked first.")

    register_gate(ask)
    with pytest.raises(PublishDeferred, match="Dana"):
        publish(actor=editor, workflow=workflow, now=now)
    workflow.refresh_from_db()
    assert (workflow.description, workflow.is_active, workflow.versions.count()) == ("asked", False, 0)
