"""Values that the API took and a form would not have written: shown, kept, and changed only by whoever changes them."""

from decimal import Decimal
from typing import Any

import pytest

from opsflows.jsontext import dump_json
from opsflows.studio.forms.condition_form import condition_form
from opsflows.studio.forms.offered import Offered
from opsflows.studio.forms.step_form import step_form
from tests.studio.forms.page import around, condition_again, condition_page, step_again, step_page


@pytest.fixture(autouse=True)
def _nothing_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offered, "choices", lambda self, name: [])


def step(kind: str, **config: Any) -> dict[str, Any]:
    return {"kind": kind, "label": "", "config": config}


@pytest.mark.parametrize(
    "data",
    [
        step("assign", onMissing=None),
        step("assign", onMissing=""),
        step("assign", onMissing="{{way}}"),
        step("webhook", timeout="\n"),
        step("webhook", timeout="{{patience}}"),
        step("webhook", timeout=Decimal("1E+1")),
        step("subworkflow", workflowId="x", wait="{{slow}}"),
        step("subworkflow", workflowId="x", wait=None, data={"a.b": "1", "a": {"b": "2"}, " a ": "", "": "x"}),
        step("text", operations=[{}, {"find": "x"}, None]),
        step("state", action="set", value=10**30),
        step("state", action="set", value=Decimal("1e-20")),
        step("foreach", items=[1, [2, {"a": None}]]),
        step("filter", conditions=[[], {"rules": None}, {"field": "a"}, {"field": None, "operator": None}]),
        step("filter", conditions={"field": "a", "operator": "in", "value": ["", " a", 'q"q', "a,b", True, "true"]}),
    ],
)
def test_it_comes_back_to_the_letter(data: dict[str, Any]) -> None:
    form = step_again(data)
    assert dump_json(form.node_data()) == dump_json(data)
    assert not form.posted.wrong
    page = step_page(step_form(around=around(), node_data=data))
    refitted = step_form(around=around(), node_data=data, data=page.data(do="refit"))
    again = step_form(around=around(), node_data=data, data=step_page(refitted).data())
    assert dump_json(again.node_data()) == dump_json(data)


@pytest.mark.parametrize(("text", "written"), [("true", "true"), ("1.0", "1.0"), ('"1"', '"1"')])
def test_what_only_python_takes_for_the_same_is_a_change(text: str, written: str) -> None:
    value = step_again(step("state", action="set", value=1), **{"step-value": text}).node_data()["config"]["value"]
    assert dump_json(value) == written
    [leaf] = condition_again(
        [{"field": "a", "operator": "equals", "value": 1}], **{"only-if-if-0-value": text}
    ).conditions()
    assert dump_json(leaf["value"]) == written
    lines = [{"label": "A", "conditions": [], "points": 1}]
    form = step_again(step("score", lines=lines), **{"step-lines-0-points": "1.0"})
    assert dump_json(form.node_data()["config"]["lines"][0]["points"]) == "1.0"


def test_a_switch_that_says_something_else_is_named() -> None:
    data = step("subworkflow", workflowId="x", wait="{{slow}}")
    form = step_form(around=around(), node_data=data)
    assert next(part.kept for part in form.parts if part.name == "step-wait") == "“{{slow}}”"
    assert "wait" not in step_again(data, **{"step-wait-drop": "on"}).node_data()["config"]


SECRET: dict[str, Any] = {"logic": "AND", "rules": [{"field": "hook.token", "operator": "equals", "value": "s3cret"}]}


def test_a_secret_to_compare_with_is_dots_and_stays() -> None:
    page = condition_page(condition_form(around=around(), conditions=SECRET))
    assert "s3cret" not in str(page.sent)
    assert condition_again(SECRET).conditions() == SECRET
    typed = condition_again(SECRET, **{"only-if-if-0-value": "new"})
    assert typed.conditions()["rules"][0]["value"] == "new"


@pytest.mark.parametrize(
    "changes",
    [{"only-if-if-0-field": "note"}, {"only-if-if-0-value": "••••x"}, {"only-if-if-0-operator": "contains"}],
)
def test_a_secret_does_not_come_to_light_beside_another_field(changes: dict[str, str]) -> None:
    form = condition_again(SECRET, **changes)
    assert form.errors["only-if-if-0-value"] == ["Part of this is hidden. Type all of it again, or leave it as it was."]
    moved = condition_again(SECRET, **{"only-if-if-0-field": "hook.secret"})
    assert moved.conditions() == {"logic": "AND", "rules": [{**SECRET["rules"][0], "field": "hook.secret"}]}


def test_what_is_hidden_never_goes_to_another_row_of_a_page_that_is_old() -> None:
    first = step("webhook", url="https://x.example", headers={"Authorization": "Bearer a", "X-Token": "t"})
    page = step_page(step_form(around=around(), node_data=first))
    # Somebody takes the first row out meanwhile, and the old page is saved on top.
    now = step("webhook", url="https://x.example", headers={"X-Token": "t"})
    form = step_form(around=around(), node_data=now, data=page.data())
    assert {"step-headers-0-value", "step-headers-1-value"} <= form.errors.keys()
    assert "after the page was opened" in str(form.errors)
    again = step_form(around=around(), node_data=now, data=step_page(form).data())
    assert not again.is_valid()
    typed = {"step-headers-0-value": "Bearer a", "step-headers-1-value": "u"}
    saved = step_form(around=around(), node_data=now, data=step_page(form).data(**typed))
    assert saved.is_valid()
    assert saved.node_data()["config"]["headers"] == {"Authorization": "Bearer a", "X-Token": "u"}
    hook = step("slack", message="x", webhook_url="https://hooks.slack.com/services/T0/B0/abc")
    other = step("slack", message="x", webhook_url="https://hooks.slack.com/services/T9/B9/xyz")
    old = step_form(around=around(), node_data=other, data=step_page(step_form(around=around(), node_data=hook)).data())
    assert "step-webhook_url" in old.errors
