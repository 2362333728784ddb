"""Why a step was left by its way, in words: conditions, cases by value, band and condition, splits."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.runs.models import Step
from opsflows.runs.trace.explained import explanation_of
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

SCORE = {
    "type": "condition",
    "value": "{{score}}",
    "cases": [
        {"name": "low", "to": 20},
        {"name": "middle", "from": 20, "to": 80},
        {"name": "exactly", "equals": 90},
        {"name": "german", "conditions": {"field": "country", "operator": "equals", "value": "DE"}},
        {"name": "high", "from": 80},
    ],
}


def explained(engine: Engine, publish: Callable[..., Workflow], step: dict[str, Any], **data: Any) -> dict[str, Any]:
    publish("step.false -> end", step=step, end={"type": "stop"}) if "conditions" in step else publish(step=step)
    engine.emit("deal.won", **data)
    engine.settle()
    row = Step.objects.get(step_id="step")
    found = explanation_of(row.output_data, row.input_data)
    assert found is not None
    return dict(found)


@pytest.mark.django_db(transaction=True)
def test_cases_and_bands(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    found = explained(engine, publish_flow, SCORE, score=95, country="FR")
    assert found["sentence"] == 'Taken: "high"; it is the first case that holds.'
    low, middle, exactly, german, high = found["children"]
    assert low["sentence"] == '"low" (less than 20): no, the value is 95.'
    assert middle["sentence"] == '"middle" (at least 20 and less than 80): no, the value is 95.'
    assert exactly["sentence"] == '"exactly" (equals 90): no, the value is 95.'
    assert (german["sentence"], german["truth"]) == ('"german": no.', False)
    assert 'it is "FR"' in german["children"][0]["sentence"]
    assert (high["sentence"], high["truth"]) == ('"high" (at least 80): yes, the value is 95.', True)


@pytest.mark.django_db(transaction=True)
def test_none_of_the_cases(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    step = {**SCORE, "cases": SCORE["cases"][:1]}
    found = explained(engine, publish_flow, step, score=95)
    assert found["sentence"] == 'Taken: "else"; none of the cases holds.'


@pytest.mark.django_db(transaction=True)
def test_a_split(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    step = {"type": "split", "variants": [{"name": "a", "weight": 3}, {"name": "b", "weight": 0}], "key": "{{email}}"}
    found = explained(engine, publish_flow, step, email="ada@example.com")
    assert found["sentence"] == '"a" was drawn for "ada@example.com", who always gets the same; its share is 3 of 3.'


@pytest.mark.parametrize(
    ("output", "config"),
    [
        (None, None),
        ({}, {}),
        ({"case": 1, "tried": "x"}, None),
        ([1], {}),
        ({"variant": 1}, {}),
        ({"explanation": 1}, 1),
    ],
)
def test_what_decided_nothing_has_no_explanation(output: Any, config: Any) -> None:
    assert explanation_of(output, config) is None


def test_whatever_is_recorded_is_told() -> None:
    output = {"case": "x", "value": None, "tried": [1, {"case": "x"}, {"case": None, "result": True, "explanation": 3}]}
    found = explanation_of(output, {"cases": [1, {"name": "x"}]})
    assert found is not None
    assert len(found["children"]) == 2


@pytest.mark.django_db(transaction=True)
def test_a_secret_is_compared_and_not_told(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    leaves = [
        {"field": "hook.api_key", "operator": "equals", "value": "wanted-one"},
        {"field": "amount", "operator": "greater_than", "value": 5},
    ]
    step = {"type": "condition", "conditions": {"logic": "AND", "rules": leaves}}
    found = explained(engine, publish_flow, step, hook={"api_key": "other-one"}, amount=7)
    secret, amount = found["children"]
    assert secret["sentence"] == "hook.api_key equals ••••: no, it is ••••."
    assert "amount is greater than 5: yes, it is 7." in amount["sentence"]
    assert "one" not in str(secret).replace("hook.api_key", "")
