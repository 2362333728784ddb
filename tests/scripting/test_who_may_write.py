"""Who may write scripts, and what others may still do with a workflow that holds one."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.change_workflow import change_workflow
from opsflows.workflows.duplicate import duplicate
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.restore_version import restore_version
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.runs.conftest import NOW

pytestmark = pytest.mark.django_db

SCORE = "return {score: input.amount * 2}"


def rule(*sources: str, before: tuple[dict[str, Any], ...] = (), **config: Any) -> dict[str, Any]:
    scripts = [{"type": "script", "label": "Score", "source": source, **config} for source in sources]
    return to_graph({"trigger": "deal.won", "actions": [*before, {"type": "set", "values": {"a": 1}}, *scripts]})


def somebody(account: PlatformAccount, role: str, scopes: frozenset[str] | None = None) -> Actor:
    return Actor(account_id=account.pk, user_id=None, role=role, door="page", scopes=scopes)


@pytest.fixture
def admin(account: PlatformAccount) -> Actor:
    return somebody(account, "admin")


@pytest.fixture
def editor(account: PlatformAccount) -> Actor:
    return somebody(account, "editor")


@pytest.fixture
def workflow(admin: Actor) -> Workflow:
    workflow = create_workflow(actor=admin, name="Score", workflow_data=rule(SCORE))
    publish(actor=admin, workflow=workflow, now=NOW)
    return workflow


@pytest.mark.parametrize("role", ["editor", "operator"])
def test_only_administrators_write_scripts(account: PlatformAccount, role: str) -> None:
    with pytest.raises(Forbidden, match=r"“Score” \(a2\) is new or changed in source.*'scripts:write'"):
        create_workflow(actor=somebody(account, role), name="Mine", workflow_data=rule("return 1"))
    assert not Workflow.objects.exists()


def test_a_key_without_the_scope_writes_none(account: PlatformAccount) -> None:
    with pytest.raises(Forbidden, match="scripts:write"):
        create_workflow(
            actor=somebody(account, "admin", frozenset({"workflows:write"})),
            name="Mine",
            workflow_data=rule("return 1"),
        )


@pytest.mark.parametrize("sources", [["return 2"], [SCORE, "return 2"], [SCORE + " "]])
def test_others_change_no_script(editor: Actor, workflow: Workflow, sources: list[str]) -> None:
    with pytest.raises(Forbidden, match="scripts:write"):
        update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=rule(*sources))
    workflow.refresh_from_db()
    assert (workflow.revision, workflow.workflow_data) == (1, rule(SCORE))


def test_others_change_all_around_it(editor: Actor, workflow: Workflow) -> None:
    """Another step before it gives the script another id; what it is given and how long it may take is no script."""
    more = rule(SCORE, before=({"type": "set", "values": {"b": 2}},), input={"amount": 7}, timeout=9)
    changed = change_workflow(
        actor=editor, workflow_id=workflow.pk, name="Scores", parts={"workflow_data": more}, now=NOW
    )
    assert changed.workflow.published_version is not None
    assert changed.workflow.published_version.number == 2


def test_others_take_it_out_and_put_it_back(editor: Actor, workflow: Workflow) -> None:
    update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=rule())
    # It is still what runs.
    back = update_draft(actor=editor, workflow=workflow, revision=2, workflow_data=rule(SCORE))
    publish(actor=editor, workflow=back, now=NOW)
    gone = update_draft(actor=editor, workflow=workflow, revision=3, workflow_data=rule())
    publish(actor=editor, workflow=gone, now=NOW)
    with pytest.raises(Forbidden, match="scripts:write"):
        restore_version(actor=editor, workflow=gone, number=1, revision=4, now=NOW)


def test_others_publish_no_script_that_was_never_live(admin: Actor, editor: Actor, workflow: Workflow) -> None:
    tried = update_draft(actor=admin, workflow=workflow, revision=1, workflow_data=rule("return 'not done'"))
    kept = update_draft(actor=editor, workflow=tried, revision=2, description="An editor's words")
    with pytest.raises(Forbidden, match="scripts:write"):
        publish(actor=editor, workflow=kept, now=NOW)
    assert publish(actor=admin, workflow=kept, now=NOW).number == 2


def test_a_copy_may_say_the_same(editor: Actor, workflow: Workflow) -> None:
    copy = duplicate(actor=editor, workflow_id=workflow.pk, now=NOW)
    assert copy.workflow_data == workflow.workflow_data
    with pytest.raises(Forbidden, match="scripts:write"):
        publish(actor=editor, workflow=copy, now=NOW)
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    with pytest.raises(Forbidden, match="another account"):
        create_workflow(
            actor=somebody(other, "admin"), name="Theirs", workflow_data=workflow.workflow_data, copy_of=workflow
        )


def test_an_empty_script_is_nobodys(editor: Actor) -> None:
    assert create_workflow(actor=editor, name="Asked for", workflow_data=rule("")).pk


def test_what_cannot_be_read_any_more_was_not_there(editor: Actor, admin: Actor, workflow: Workflow) -> None:
    Workflow.objects.update(workflow_data={"nodes": 7}, published_version=None, is_active=False)
    workflow.refresh_from_db()
    with pytest.raises(Forbidden, match="scripts:write"):
        update_draft(actor=editor, workflow=workflow, revision=1, workflow_data=rule(SCORE))
    assert update_draft(actor=admin, workflow=workflow, revision=1, workflow_data=rule(SCORE)).revision == 2
