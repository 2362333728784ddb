"""Every "why did it not fire?" has its answer, from a history made through the verbs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opsflows.events.hand_over import hand_over
from opsflows.events.models import EventPayload, RoutingFailure
from opsflows.lookups.save_list import change_list, create_list
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution
from opsflows.studio.explain.event import explain_event
from opsflows.studio.explain.verdict import Reason
from opsflows.workflows.activate import set_active
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import WorkflowActivation
from tests.studio.explain.scene import Scene, over

pytestmark = pytest.mark.django_db


def test_one_that_ran_leads_to_its_run(scene: Scene) -> None:
    scene.workflow("flow", over(100))
    verdict = scene.verdict(scene.event({"value": 200}))
    assert verdict.reason is Reason.RAN
    assert [run.id for run in verdict.runs] == [Execution.objects.get().pk]
    assert verdict.explanation
    assert verdict.explanation["children"][0]["seen"] == 200


def test_a_condition_is_told_leaf_by_leaf_with_the_smallest_change(scene: Scene) -> None:
    scene.workflow("flow", [*over(100_000), {"field": "country", "operator": "equals", "value": "DE"}])
    verdict = scene.verdict(scene.event({"value": 80_000, "country": "DE"}))
    assert verdict.reason is Reason.CONDITION
    assert verdict.explanation
    assert [leaf["truth"] for leaf in verdict.explanation["children"]] == [False, True]
    assert [change.sentence for change in verdict.changes or ()] == [
        "value would have had to be greater than 100,000, for instance 100,001 (it was 80,000)."
    ]


def test_an_event_is_judged_by_the_version_that_was_live_then(scene: Scene) -> None:
    """Four versions: of the events between them, each has the answer of its own."""
    workflow = scene.workflow("flow", over(100))
    events = [scene.event({"value": 50})]
    for limit in (200, 300, 400):
        scene.publish(scene.redraft(workflow, over(limit)))
        events.append(scene.event({"value": 50}))
    verdicts = [scene.verdict(event) for event in events]
    assert [verdict.version_number for verdict in verdicts] == [1, 2, 3, 4]
    wanted = [verdict.explanation["children"][0]["expected"] for verdict in verdicts if verdict.explanation]
    assert wanted == [100, 200, 300, 400]


def test_what_went_live_seconds_before_is_told_with_doubt(scene: Scene) -> None:
    workflow = scene.workflow("flow", over(100))
    event = scene.event({"value": 1})
    WorkflowActivation.objects.filter(workflow=workflow).update(active_from=event.routed_at - timedelta(seconds=1))
    assert "perhaps the version before it was asked" in scene.verdict(event).sentence


def test_the_list_is_the_one_frozen_in_the_version(scene: Scene) -> None:
    named = create_list(actor=scene.actor, name="EU", values=["DE"])
    scene.workflow("flow", [{"field": "country", "operator": "in_list", "value": "EU"}])
    event = scene.event({"country": "FR"})
    change_list(actor=scene.actor, named_list=named, values=["DE", "FR"], description="")
    verdict = scene.verdict(event)
    assert verdict.reason is Reason.CONDITION
    (change,) = verdict.changes or ()
    assert change.sentence == ("country would have had to be on the list “EU”, for instance “DE” (it was “FR”).")


def test_paused_then_resumed(scene: Scene) -> None:
    workflow = scene.workflow("flow")
    set_active(actor=scene.actor, workflow=workflow, active=False, now=scene.tick())
    first = scene.event()
    assert "has not been resumed" in scene.verdict(first).sentence
    set_active(actor=scene.actor, workflow=workflow, active=True, now=scene.tick())
    verdict = scene.verdict(first)
    assert verdict.reason is Reason.PAUSED
    assert "from" in verdict.sentence
    assert "until" in verdict.sentence
    assert scene.verdict(scene.event()).reason is Reason.RAN


def test_published_later_never_published_and_deleted(scene: Scene) -> None:
    gone = scene.workflow("gone")
    delete_workflow(actor=scene.actor, workflow_id=gone.pk, now=scene.tick())
    late = scene.workflow("late", live=False)
    scene.workflow("draft", live=False)
    since = scene.workflow("since")
    event = scene.event()
    delete_workflow(actor=scene.actor, workflow_id=since.pk, now=scene.tick())
    scene.publish(late)
    verdicts = scene.verdicts(event)
    assert {name: verdict.reason for name, verdict in verdicts.items()} == {
        "gone": Reason.DELETED,
        "late": Reason.LATER,
        "draft": Reason.NEVER,
        "since": Reason.RAN,
    }
    assert verdicts["since"].is_deleted


def test_one_that_listened_to_another_event_then(scene: Scene) -> None:
    workflow = scene.workflow("flow", trigger="deal.lost")
    event = scene.event()
    assert scene.verdicts(event) == {}, "a workflow of another name is nothing to tell about"
    scene.publish(scene.redraft(workflow, None))
    verdict = scene.verdict(event)
    assert verdict.reason is Reason.OTHER_EVENT
    assert "deal.lost" in verdict.sentence
    assert "version 2" in verdict.sentence


def test_left_out_by_the_limit_of_the_hour(scene: Scene) -> None:
    scene.workflow("flow", maxExecutionsPerHour=1, throttleAction="drop")
    first, second = scene.event(), scene.event()
    assert scene.verdict(first).reason is Reason.RAN
    verdict = scene.verdict(second)
    assert verdict.reason is Reason.DROPPED
    assert "at most 1 run" in verdict.sentence
    assert verdict.runs
    # Known by what was written of the run, whatever is said about it.
    Execution.objects.filter(event=second).update(error_message="worded otherwise")
    assert scene.verdict(second).reason is Reason.DROPPED


def test_a_run_that_was_cancelled_did_start(scene: Scene) -> None:
    scene.workflow("flow")
    event = scene.event()
    cancel(actor=scene.actor, execution_id=Execution.objects.get().pk, now=scene.now)
    Execution.objects.update(error_message="Not started: a person changed their mind.")
    assert scene.verdict(event).reason is Reason.RAN


def test_throttled_waits_for_the_hour_or_its_turn(scene: Scene) -> None:
    scene.workflow("paced", maxExecutionsPerHour=1, throttleAction="queue")
    scene.workflow("single", concurrency={"limit": 1})
    scene.event()
    verdicts = scene.verdicts(scene.event())
    assert {verdict.reason for verdict in verdicts.values()} == {Reason.IN_LINE}
    assert "room in the hour" in verdicts["paced"].sentence
    assert "its turn" in verdicts["single"].sentence


def test_not_handed_over_yet(scene: Scene) -> None:
    scene.workflow("all")
    scene.workflow("large", over(100))
    verdicts = scene.verdicts(scene.event({"value": 1}, routed=False))
    assert verdicts["all"].reason is Reason.NOT_YET
    assert verdicts["large"].reason is Reason.CONDITION


def test_set_aside_and_handed_over_later(scene: Scene) -> None:
    workflow = scene.workflow("flow")
    set_active(actor=scene.actor, workflow=workflow, active=False, now=scene.tick())
    event = scene.event()
    failure = RoutingFailure.objects.create(
        event=event, consumer="start_runs", error="KeyError: x", failed_at=scene.now
    )
    set_active(actor=scene.actor, workflow=workflow, active=True, now=scene.tick())
    assert scene.verdict(event).reason is Reason.SET_ASIDE
    hand_over(actor=scene.actor, failure=failure, now=scene.tick())
    assert scene.verdict(event).reason is Reason.RAN


def test_what_is_no_longer_kept(scene: Scene) -> None:
    scene.workflow("flow", over(100))
    event, ran = scene.event({"value": 1}), scene.event({"value": 200})
    EventPayload.objects.filter(event=event).delete()
    assert scene.verdict(event).reason is Reason.PAYLOAD_GONE
    Execution.objects.all().delete()
    assert scene.verdict(ran).reason is Reason.NO_TRACE


def test_another_accounts_workflows_do_not_show(scene: Scene, elsewhere: Scene) -> None:
    elsewhere.workflow("foreign")
    scene.workflow("flow")
    assert set(scene.verdicts(scene.event())) == {"flow"}


def test_the_most_telling_first_and_page_by_page(scene: Scene, django_assert_max_num_queries: object) -> None:
    for number in range(5):
        scene.workflow(f"flow {number}", over(100 * number))
    event = scene.event({"value": 150})
    explanation = explain_event(account_id=scene.account.pk, event=event, now=timezone.now(), only_silent=True, most=2)
    assert [verdict.name for verdict in explanation.verdicts] == ["flow 2", "flow 3"]
    assert explanation.total == 3
    assert explanation.next_offset == 2


def test_secrets_of_the_payload_stay_secret(scene: Scene) -> None:
    scene.workflow("flow", [{"field": "api_key", "operator": "equals", "value": "sk_live_1"}])
    verdict = scene.verdict(scene.event({"api_key": "sk_live_2"}))
    assert "sk_live" not in repr(verdict.explanation)
    assert "sk_live" not in " ".join(change.sentence for change in verdict.changes or ())


@pytest.mark.parametrize("count", [1, 50])
def test_queries_do_not_grow(scene: Scene, count: int, django_assert_max_num_queries: object) -> None:
    for number in range(count):
        scene.workflow(f"flow {number}", over(100))
    event = scene.event({"value": 1})
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        explain_event(account_id=scene.account.pk, event=event, now=scene.now)
