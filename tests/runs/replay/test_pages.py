"""The pages of runs that are over, of runs that wait for a person in several places, and of kept values."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.models import PlatformAccount
from opsflows.queue.models import Job
from opsflows.runs.models import Execution, QueueItem, StateValue
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Fail, Unclear
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, signed_in
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

__all__ = ["_served"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


@pytest.fixture
def signed(account: PlatformAccount, actor: Actor) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        user = create_user(
            actor=actor,
            account=account,
            username=role,
            password="correct horse",
            email=f"{role}@example.com",
            role=role,
            now=NOW,
        )
        return signed_in(user)

    return make


@pytest.fixture
def operator(signed: Callable[[str], Client]) -> Client:
    return signed("operator")


def run_it(engine: Engine, *script: Any, **data: Any) -> Execution:
    OutsideProbe.script[:] = script
    engine.emit("deal.won", **data)
    engine.settle()
    return Execution.objects.order_by("id").last()  # type: ignore[return-value]


def test_a_run_that_failed_offers_both_and_says_what_happens(
    operator: Client, engine: Engine, publish_flow: Publish
) -> None:
    publish_flow(a={"type": "probe_outside", "label": "Post to CRM"})
    run = run_it(engine, Fail("no"))
    html = operator.get(page(run)).content.decode()
    assert "Retry from the failed step" in html
    assert "Start again" in html
    asked = operator.get(act(run, "take-up")).content.decode()
    assert "goes on from “Post to CRM”" in asked
    assert "under a new key" in asked
    assert "under a new key" in operator.get(act(run, "start-again")).content.decode()
    operator.post(act(run, "take-up"))
    run.refresh_from_db()
    assert run.execution_status == "running"
    engine.settle()
    answer = operator.post(act(run, "start-again"), {"version": "newest"}, follow=True)
    assert "started again" in answer.content.decode()
    replay = Execution.objects.get(replay_of=run)
    html = operator.get(page(run)).content.decode()
    assert page(replay) in html
    assert "Retry from the failed step" not in html
    assert page(run) in operator.get(page(replay)).content.decode()


def test_items_that_failed_are_offered(operator: Client, engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> a",
        list={"type": "foreach", "items": "{{xs}}", "label": "Each row"},
        a={"type": "probe_outside"},
    )
    run = run_it(engine, Fail("no"), Done(), Fail("no"), xs=[1, 2, 3])
    assert "Retry the failed items" in operator.get(page(run)).content.decode()
    assert "Of “Each row”, 2 items that failed are taken up" in operator.get(act(run, "take-up-items")).content.decode()
    operator.post(act(run, "take-up-items"))
    engine.settle()
    assert "Retry the failed items" not in operator.get(page(run)).content.decode()


def test_every_held_step_has_its_own_buttons(
    signed: Callable[[str], Client], operator: Client, engine: Engine, publish_flow: Publish
) -> None:
    publish_flow(
        "list.each -> call",
        list={"type": "foreach", "items": "{{xs}}", "concurrency": 3},
        call={"type": "probe_unsafe", "label": "Charge"},
    )
    from tests.runs.kinds import UnsafeProbe

    UnsafeProbe.script[:] = [Unclear("who knows"), Done(), Unclear("who knows")]
    run = run_it(engine, xs=["a", "b", "c"])
    held = {item.iteration: item for item in QueueItem.objects.filter(status="held")}
    assert len(held) == 2
    html = operator.get(page(run)).content.decode()
    for item in held.values():
        for name in ("it-happened", "run-again"):
            assert f"{act(run, name)}?held={item.pk}" in html
    viewer = signed("viewer").get(page(run)).content.decode()
    assert "?held=" not in viewer
    second = held[max(held)]
    url = f"{act(run, 'it-happened')}?held={second.pk}"
    assert "“Charge”" in operator.get(url).content.decode()
    operator.post(url)
    assert not QueueItem.objects.filter(pk=second.pk, status="held").exists()
    assert QueueItem.objects.filter(status="held").count() == 1
    again = operator.post(url, follow=True).content.decode()
    assert "does not wait for a decision any more" in again
    engine.settle()
    # With one left, the head of the page offers it.
    assert act(run, "run-again") in operator.get(page(run)).content.decode()


def test_a_list_of_failed_runs_is_retried_as_a_whole(operator: Client, engine: Engine, publish_flow: Publish) -> None:
    workflow = publish_flow(a={"type": "probe_outside"}, name="Deals")
    runs = [run_it(engine, Fail("no")) for _ in range(3)]
    retry = reverse("admin:runs_execution_retry")
    assert retry not in operator.get(listing(Execution)).content.decode()
    html = operator.get(listing(Execution), {"status": "failed", "workflow": str(workflow.pk)}).content.decode()
    url = f"{retry}?status=failed&amp;workflow={workflow.pk}"
    assert url in html
    asked = operator.get(url.replace("&amp;", "&")).content.decode()
    assert "3 runs of “Deals” that failed are meant" in asked
    answer = operator.post(url.replace("&amp;", "&"), {"how": "start_newest"})
    job = Job.objects.get(kind="runs.retry")
    assert answer.headers["Location"] == page(job)
    assert (job.params["how"], job.params["which"]["workflow"]) == ("start_newest", str(workflow.pk))
    # Or those that are chosen.
    chosen = operator.post(
        listing(Execution), {"action": "take_up_selected", "_selected_action": [str(runs[0].pk), str(runs[1].pk)]}
    )
    assert "2 runs that failed are meant" in operator.get(chosen.headers["Location"]).content.decode()
    stop = act(job, "stop-retry")
    assert stop in operator.get(page(job)).content.decode()
    operator.post(stop)
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_whoever_may_not_is_offered_nothing(
    signed: Callable[[str], Client], engine: Engine, publish_flow: Publish
) -> None:
    publish_flow(a={"type": "probe_outside"})
    run = run_it(engine, Fail("no"))
    editor = signed("editor")
    retry = reverse("admin:runs_execution_retry")
    assert retry not in editor.get(listing(Execution), {"status": "failed"}).content.decode()
    assert "Retry from the failed step" not in editor.get(page(run)).content.decode()
    assert editor.get(retry).status_code == 403
    assert editor.post(act(run, "take-up")).status_code == 403
    run.refresh_from_db()
    assert run.execution_status == "failed"


def test_kept_values_are_seen_and_corrected(operator: Client, engine: Engine, publish_flow: Publish) -> None:
    workflow = publish_flow(a={"type": "state", "action": "set", "name": "last_sync", "value": "{{at}}"}, name="Sync")
    run = run_it(engine, at="2026-03-01")
    state = StateValue.objects.get()
    html = operator.get(page(state)).content.decode()
    assert "2026-03-01" in html
    assert page(run) in html
    answer = operator.post(act(state, "correct"), {"sort": "number", "value": "many"})
    assert "is no number" in answer.content.decode()
    for sort, text, value in (("number", " 12 ", 12), ("truth", "No", False), ("text", "2026-02-01", "2026-02-01")):
        assert operator.post(act(state, "correct"), {"sort": sort, "value": text}).status_code == 302
        state.refresh_from_db()
        assert state.value == value
    assert state.history.count() == 3
    assert "by hand" in operator.get(page(state)).content.decode()
    given = {"name": "count", "workflow": str(workflow.pk), "sort": "number", "value": "7"}
    assert operator.post(adding(StateValue), given).status_code == 302
    assert operator.post(adding(StateValue), given).status_code == 400
    assert operator.post(adding(StateValue), given | {"workflow": ""}).status_code == 302
    assert set(StateValue.objects.filter(name="count").values_list("workflow__workflow_name", "value")) == {
        ("Sync", 7),
        (None, 7),
    }
    operator.post(act(state, "forget"))
    assert not StateValue.objects.filter(name="last_sync").exists()
