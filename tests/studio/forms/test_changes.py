"""What somebody changes is changed, and nothing else; what a button rearranges is not saved yet."""

from decimal import Decimal
from typing import Any

import pytest

from opsflows.studio.forms.offered import Offered
from opsflows.studio.forms.step_form import StepForm, step_form
from tests.studio.forms.page import around, condition_again, step_again, step_page


@pytest.fixture(autouse=True)
def _nothing_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offered, "choices", lambda self, name: [])


def sent(data: dict[str, Any], *, do: str = "", **changes: str) -> StepForm:
    page = step_page(step_form(around=around(), node_data=data)).data(do=do, **changes)
    return step_form(around=around(), node_data=data, data=page)


def step(kind: str, **config: Any) -> dict[str, Any]:
    return {"kind": kind, "label": "", "config": config}


SCORE = step(
    "score",
    lines=[
        {"label": "Large", "conditions": {"field": "value", "operator": "greater_than", "value": 10}, "points": 5},
        {"label": "Vip", "conditions": [{"field": "vip", "operator": "is_true"}], "points": Decimal("2.5")},
    ],
)


def test_a_text_is_changed_alone() -> None:
    data = step("slack", message="Old", channel="#deals", webhook_url="{{hook}}")
    assert sent(data, **{"step-message": "New {{value}}"}).node_data()["config"] == {
        "message": "New {{value}}",
        "channel": "#deals",
        "webhook_url": "{{hook}}",
    }


def test_an_emptied_field_is_left_out() -> None:
    data = step("slack", message="Old", channel="#deals")
    assert sent(data, **{"step-channel": ""}).node_data()["config"] == {"message": "Old"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("2.50", Decimal("2.50")), ("true", True), ('"5"', "5"), ("007", "007"), ("{{x}}", "{{x}}")],
)
def test_a_value_is_typed_as_it_looks(text: str, value: Any) -> None:
    assert sent(step("state", action="set", value="x"), **{"step-value": text}).node_data()["config"]["value"] == value


def test_a_list_is_named_with_or_without_braces() -> None:
    assert sent(step("foreach"), **{"step-items": "contacts"}).node_data()["config"]["items"] == "{{contacts}}"


def test_a_row_is_changed_alone() -> None:
    form = sent(SCORE, **{"step-lines-1-points": "7"})
    lines = form.node_data()["config"]["lines"]
    assert lines == [SCORE["config"]["lines"][0], {**SCORE["config"]["lines"][1], "points": 7}]


def test_rows_move_and_go_by_buttons_and_nothing_is_saved_yet() -> None:
    page = step_page(step_form(around=around(), node_data=SCORE))
    moved = step_form(around=around(), node_data=SCORE, data=page.data(do="down:step-lines:0"))
    assert moved.is_rearranged
    assert not moved.is_valid()
    again = step_form(around=around(), node_data=SCORE, data=step_page(moved).data())
    assert again.is_valid()
    assert again.node_data()["config"]["lines"] == list(reversed(SCORE["config"]["lines"]))
    removed = step_form(around=around(), node_data=SCORE, data=page.data(do="remove:step-lines:0"))
    last = step_form(around=around(), node_data=SCORE, data=step_page(removed).data())
    assert last.node_data()["config"]["lines"] == SCORE["config"]["lines"][1:]


def test_a_row_is_added_with_what_is_filled_in() -> None:
    added = step_form(
        around=around(),
        node_data=SCORE,
        data=step_page(step_form(around=around(), node_data=SCORE)).data(do="add:step-lines"),
    )
    page = step_page(added)
    assert "add:step-lines-n0-conditions-n.-in" in page.buttons
    blank = step_form(around=around(), node_data=SCORE, data=page.data())
    assert blank.node_data() == SCORE
    filled = step_form(
        around=around(),
        node_data=SCORE,
        data=page.data(**{"step-lines-n0-label": "New", "step-lines-n0-points": "1"}),
    )
    assert filled.node_data()["config"]["lines"][2:] == [{"label": "New", "points": 1}]


def test_another_sort_of_row_keeps_what_fits() -> None:
    data = step("text", text="{{x}}", operations=[{"do": "replace", "find": "a", "put": "b"}])
    form = sent(data, **{"step-operations-0-do": "replace_matches"})
    assert form.node_data()["config"]["operations"] == [{"do": "replace_matches", "put": "b"}]


def test_pairs_change_by_name_and_by_value() -> None:
    data = step("create_record", recordType="deal", data={"a": "1", "b": {"c": 2, "d": [1, {"e": None}]}})
    form = sent(data, **{"step-data-1-value": "3", "step-data-0-name": "z"})
    assert form.node_data()["config"]["data"] == {"b": {"c": 3, "d": [1, {"e": None}]}, "z": "1"}
    new = sent(data, **{"step-data-n0-name": "deep.er", "step-data-n0-value": "true"})
    assert new.node_data()["config"]["data"] == {**data["config"]["data"], "deep": {"er": True}}


def test_a_name_twice_is_refused_and_shown_beside_its_field() -> None:
    data = step("set", values={"a": 1, "b": 2})
    form = sent(data, **{"step-values-1-name": "a"})
    assert not form.is_valid()
    assert form.errors["step-values-1-name"] == ["The name “a” stands here twice."]
    assert form.problems == [("id_step-values-1-name", "The name “a” stands here twice.")]


def test_numbers_outside_their_bounds_are_refused_and_kept_for_correction() -> None:
    form = sent(step("webhook", url="https://x.example"), **{"step-timeout": "90"})
    assert form.errors["step-timeout"] == ["Must be from 1 to 60; 90 is not."]
    assert ("step-timeout", "90") in step_page(form).sent


def test_problems_of_the_kind_land_beside_their_fields() -> None:
    form = sent(step("slack", message="Hi"), **{"step-message": "Hi {{ name"})
    assert not form.is_valid()
    assert "step-message" in form.errors
    # What is only unfinished may be saved, and is said as a hint.
    open_form = sent(step("foreach"))
    assert open_form.is_valid()
    assert any("Name the list" in hint for part in open_form.parts for hint in part.hints)


def test_what_a_form_cannot_show_is_kept_and_said_so() -> None:
    data = step("state", action="set", value={"deep": [1, 2]})
    form = step_form(around=around(), node_data=data)
    kept = next(part for part in form.parts if part.name == "step-value")
    assert kept.kept == "an object with deep"
    assert sent(data, **{"step-name": "x"}).node_data()["config"]["value"] == {"deep": [1, 2]}
    assert "value" not in sent(data, **{"step-value-drop": "on"}).node_data()["config"]


def test_secrets_are_dots_and_stay_what_they_are() -> None:
    secret = "https://hooks.slack.com/services/T0/B0/abcdef"
    data = step("slack", message="Hi", webhook_url=secret)
    page = step_page(step_form(around=around(), node_data=data))
    assert "abcdef" not in str(page.sent)
    assert step_again(data).node_data() == data
    broken = sent(data, **{"step-webhook_url": "https://hooks.slack.com/services/••••/x"})
    assert "step-webhook_url" in broken.errors
    header = step("webhook", url="https://x.example", headers={"Authorization": "Bearer abc", "X-A": "Bearer {{t}}"})
    assert "Bearer abc" not in str(step_page(step_form(around=around(), node_data=header)).sent)
    assert sent(header, **{"step-headers-1-value": "v"}).node_data()["config"]["headers"] == {
        "Authorization": "Bearer abc",
        "X-A": "v",
    }


def test_a_secret_does_not_come_to_light_under_another_name() -> None:
    data = step("webhook", url="https://x.example", headers={"Authorization": "Bearer abc"})
    form = sent(data, **{"step-headers-0-name": "X-Note"})
    assert "step-headers-0-value" in form.errors
    assert form.node_data() == data
    kept = sent(data, **{"step-headers-0-name": "Proxy-Authorization"})
    assert kept.node_data()["config"]["headers"] == {"Proxy-Authorization": "Bearer abc"}


def test_what_takes_a_permission_is_read_only_without_it() -> None:
    data = step("script", source="return 1", timeout=2)
    form = step_form(around=around(may=False), node_data=data)
    assert next(part for part in form.parts if part.name == "step-source").template == "locked"
    page = step_page(form).data(**{"step-source": "return 2", "step-timeout": "3"})
    changed = step_form(around=around(may=False), node_data=data, data=page)
    assert changed.node_data()["config"] == {"source": "return 1", "timeout": 3}


def test_what_happens_when_it_fails() -> None:
    data = {**step("delay", duration="1 day"), "stepTimeout": 600, "pinned": {"output": 1}, "disabled": True}
    form = sent(data, **{"step-onError": "retry", "step-retryCount": "3"})
    assert form.is_valid()
    assert form.node_data() == {**data, "onError": "retry", "retryCount": 3}
    both = sent({**data, "critical": True}, **{"step-onError": "stop"})
    assert "step-critical" in both.errors


@pytest.mark.parametrize(
    ("operator", "text", "value"),
    [
        ("in", 'aws, "a, b", 5', ["aws", "a, b", 5]),
        ("between", "1, 2.5", [1, Decimal("2.5")]),
        ("before", "+7 days", "+7 days"),
        ("matches", "5", "5"),
        ("equals", '"5"', "5"),
        ("is_empty", "x", None),
    ],
)
def test_a_comparison_takes_its_value_as_its_operator_wants_it(operator: str, text: str, value: Any) -> None:
    tree = [{"field": "a", "operator": "equals", "value": "old"}, {"field": "b", "operator": "is_true"}]
    form = condition_again(tree, **{"only-if-if-0-operator": operator, "only-if-if-0-value": text})
    changed = {"field": "a", "operator": operator, **({} if value is None else {"value": value})}
    assert form.conditions() == [changed, tree[1]]


def test_another_field_is_compared_with() -> None:
    tree = {"field": "a", "operator": "equals", "value": 1}
    form = condition_again(tree, **{"only-if-if-0-value": "limits.max", "only-if-if-0-compare": "field"})
    assert form.conditions() == {**tree, "value": "{{limits.max}}"}


def test_none_of_a_group_is_written_in_the_words_of_the_language() -> None:
    tree = {"logic": "AND", "rules": [{"field": "a", "operator": "is_true"}]}
    form = condition_again(tree, **{"only-if-if-n.-logic": "NONE"})
    assert form.conditions() == {"logic": "NOT", "rules": [{"logic": "OR", "rules": tree["rules"]}]}
