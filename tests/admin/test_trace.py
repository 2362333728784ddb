"""The trace of a run: attempts together, steps in their order, and where the run stands."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.runs.models import Execution, QueueItem
from opsflows.runs.trace import trace
from tests.admin.addresses import page
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def test_attempts_of_a_step_stand_together(alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    now = timezone.now()
    for attempt, (status, error) in enumerate([("failed", "no answer"), ("failed", "503"), ("completed", None)], 1):
        moment = now + datetime.timedelta(seconds=attempt)
        alpha.step(
            run, "a1", attempt=attempt, step_status=status, error_message=error, started_at=moment, completed_at=moment
        )
    [step] = trace(run.pk).steps
    assert [attempt.error_message for attempt in step.earlier] == ["no answer", "503"]
    assert (step.status, step.last.attempt, step.milliseconds) == ("completed", 3, 2000)


def test_a_step_run_again_by_hand_is_the_same_step(alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    alpha.step(run, "a1", generation=1, attempt=1)
    alpha.step(run, "a1", generation=0, attempt=2, step_status="failed")
    [step] = trace(run.pk).steps
    assert (step.last.generation, step.earlier[0].attempt) == (1, 2)


def test_steps_of_one_moment_stand_as_the_definition_says(alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    now = timezone.now()
    for step_id in ("a2", "conditions", "a1"):
        alpha.step(run, step_id, started_at=now)
    assert [step.place.node_id for step in trace(run.pk).steps] == ["conditions", "a1", "a2"]


def test_what_is_still_to_come(alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    found = trace(run.pk)
    assert [place.label for place in found.ahead] == ["Tell", "Create a task"]
    assert found.standing_at is not None
    assert found.standing_at.label == "Tell"
    alpha.step(run, "a1")
    QueueItem.objects.update(node_id="a2")
    assert [place.node_id for place in trace(run.pk).ahead] == ["a2"]


def test_nothing_is_to_come_of_a_run_that_is_over(alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), status="failed")
    found = trace(run.pk)
    assert (found.is_over, found.ahead, found.standing_at) == (True, (), None)


def test_the_run_of_another_account_is_not_found(alpha: World, beta: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event())
    with pytest.raises(Execution.DoesNotExist):
        trace(run.pk, account_id=beta.account.pk)


EXPLANATION = {
    "truth": True,
    "sentence": "1 of 1 hold; all must hold: yes.",
    "logic": "AND",
    "children": [{"truth": True, "sentence": "value is greater than 5: yes, it is 9.", "field": "value"}],
}


def test_the_page_shows_each_comparison_with_the_value_seen(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    output = {"result": True, "explanation": EXPLANATION}
    alpha.step(run, "conditions", handle="true", output_data=output, step_config={"kind": "condition", "label": ""})
    html = admin.get(page(run)).content.decode()
    assert "value is greater than 5: yes, it is 9." in html


@pytest.mark.parametrize(
    ("status", "fields", "sentence"),
    [
        ("failed", {"error_message": "Tell: The other side answered 404."}, "Tell: The other side answered 404."),
        ("needs_attention", {"error_message": "Nobody can tell."}, "At “Step a1”: Nobody can tell."),
        ("waiting", {}, "Waiting at “Tell”."),
        ("completed", {"execution_time_ms": 1500}, "Took 1.5 s."),
        ("completed", {"execution_time_ms": 1500, "failed_steps": 1}, "Took 1.5 s, and one step failed on the way."),
    ],
)
def test_where_a_run_stands_is_said_in_a_sentence(
    admin: Client, alpha: World, status: str, fields: dict[str, object], sentence: str
) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), status=status, steps=0)
    Execution.objects.filter(pk=run.pk).update(**fields)
    assert sentence in admin.get(page(run)).content.decode()


@pytest.mark.parametrize(
    ("data", "config"),
    [(None, "nonsense"), ({"a": []}, {}), ("<script>", {"kind": "gone", "label": "<b>"}), ([1], {"kind": None})],
)
def test_whatever_a_step_holds_the_page_opens(admin: Client, alpha: World, data: object, config: object) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    alpha.step(run, "x", input_data=data, output_data=data, step_config=config, warnings=["<i>careful</i>"])
    html = admin.get(page(run)).content.decode()
    assert "<script>&" not in html
    assert "<b>" not in html
    assert "<i>careful" not in html
