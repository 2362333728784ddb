"""A run started again: a new one, with what the first began with and keys of its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.events.models import EventPayload
from opsflows.runs.models import Execution
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.start_again import start_again
from opsflows.runs.start_run import start_by_hand
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import graph
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


def step(note: str) -> dict[str, str]:
    return {"type": "probe_outside", "note": note}


@pytest.fixture
def failed(engine: Engine, publish_flow: Publish) -> Execution:
    publish_flow(a=step("{{event.name}} {{n}}"), name="Deals")
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", n=1)
    engine.settle()
    return engine.run()


def changed(workflow: Workflow, actor: Actor) -> Workflow:
    workflow.refresh_from_db()
    draft = update_draft(
        actor=actor,
        workflow=workflow,
        workflow_data=graph(a=step("new {{n}}")),
        settings={},
        revision=workflow.revision,
    )
    publish(actor=actor, workflow=draft, now=NOW)
    return draft


def test_the_same_version_with_the_same_event(engine: Engine, actor: Actor, failed: Execution) -> None:
    changed(failed.workflow, actor)
    engine.pass_time(hours=1)
    run = start_again(actor=actor, execution_id=failed.pk, now=engine.now)
    engine.settle()
    run.refresh_from_db()
    assert (run.execution_status, run.replay_of_id, run.event_id) == ("completed", failed.pk, failed.event_id)
    assert (run.version_id, run.origin, run.depth) == (failed.version_id, "person", failed.depth)
    assert run.trigger_data is None
    first, second = OutsideProbe.seen
    assert first[1]["note"] == second[1]["note"] == "deal.won 1"
    assert first[0] != second[0]
    failed.refresh_from_db()
    assert failed.execution_status == "failed"
    entry = AuditEntry.objects.get(action="run.started_again")
    assert (entry.object_id, entry.detail["new_run"]) == (str(failed.pk), str(run.pk))


def test_the_newest_version(engine: Engine, actor: Actor, failed: Execution) -> None:
    workflow = changed(failed.workflow, actor)
    run = start_again(actor=actor, execution_id=failed.pk, version="newest", now=engine.now)
    engine.settle()
    assert run.version_id == workflow.published_version_id
    assert OutsideProbe.seen[-1][1]["note"] == "new 1"


def test_again_and_again_and_one_that_was_replayed(engine: Engine, actor: Actor, failed: Execution) -> None:
    one = start_again(actor=actor, execution_id=failed.pk, now=engine.now)
    two = start_again(actor=actor, execution_id=failed.pk, now=engine.now)
    engine.settle()
    three = start_again(actor=actor, execution_id=two.pk, now=engine.now)
    assert len({one.pk, two.pk, three.pk, failed.pk}) == 4
    assert three.replay_of_id == two.pk
    assert set(failed.event.executions.values_list("pk", flat=True)) == {failed.pk, one.pk, two.pk, three.pk}  # type: ignore[union-attr]


def test_a_key_starts_it_once(engine: Engine, actor: Actor, failed: Execution) -> None:
    one = start_again(actor=actor, execution_id=failed.pk, key="k", now=engine.now)
    two = start_again(actor=actor, execution_id=failed.pk, key="k", now=engine.now)
    other = start_again(actor=actor, execution_id=failed.pk, key="l", now=engine.now)
    assert one.pk == two.pk != other.pk


def test_an_event_still_starts_a_workflow_once(engine: Engine, actor: Actor, failed: Execution) -> None:
    from django.db import IntegrityError, transaction

    start_again(actor=actor, execution_id=failed.pk, now=engine.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Execution.objects.create(
            account_id=failed.account_id,
            workflow_id=failed.workflow_id,
            version_id=failed.version_id,
            event_id=failed.event_id,
            started_at=NOW,
        )


def test_one_that_a_person_began_keeps_what_it_was_given(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    workflow = publish_flow(a=step("{{n}}"))
    first = start_by_hand(actor=actor, workflow_id=workflow.pk, data={"n": 7}, now=NOW)
    engine.settle()
    run = start_again(actor=actor, execution_id=first.pk, now=engine.now)
    engine.settle()
    assert run.trigger_data == {"n": 7}
    assert [request["note"] for _, request in OutsideProbe.seen] == ["7", "7"]


def test_when_it_cannot_be(engine: Engine, actor: Actor, publish_flow: Publish, account: PlatformAccount) -> None:
    workflow = publish_flow(a={"type": "delay", "duration": "1 hour"})
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    with pytest.raises(NotTakenUp, match=r"not over \(waiting\)"):
        start_again(actor=actor, execution_id=run.pk, now=engine.now)
    engine.pass_time(hours=1)
    editor = Actor(account_id=account.pk, user_id=None, role="editor", door="page")
    with pytest.raises(Forbidden, match="runs:operate"):
        start_again(actor=editor, execution_id=run.pk, now=engine.now)
    EventPayload.objects.all().delete()
    with pytest.raises(NotTakenUp, match="has been deleted by now"):
        start_again(actor=actor, execution_id=run.pk, now=engine.now)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=engine.now)
    stranger = PlatformAccount.objects.create(slug="b", name="B")
    with pytest.raises(Execution.DoesNotExist):
        start_again(
            actor=Actor(account_id=stranger.pk, user_id=None, role="admin", door="api"),
            execution_id=run.pk,
            now=engine.now + timedelta(hours=1),
        )
    assert Execution.objects.count() == 1


def test_a_deleted_workflow_is_not_started(engine: Engine, actor: Actor, failed: Execution) -> None:
    delete_workflow(actor=actor, workflow_id=failed.workflow_id, now=engine.now)
    with pytest.raises(NotTakenUp, match="was deleted"):
        start_again(actor=actor, execution_id=failed.pk, now=engine.now)
