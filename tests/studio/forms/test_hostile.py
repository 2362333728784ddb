"""What nobody's browser sends: huge, of the wrong type, of another account. It gives errors in the form, or is kept."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsflows.studio.forms.condition_form import condition_form
from opsflows.studio.forms.offered import Offered
from opsflows.studio.forms.posted import LONGEST, MOST_ROWS
from opsflows.studio.forms.step_form import step_form
from opsflows.workflows.registry import all_kinds
from tests.studio.forms.page import around, condition_page, step_page

TREE = {"logic": "AND", "rules": [{"field": "a", "operator": "equals", "value": 1}]}
_SETTINGS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offered, "choices", lambda self, name: [("known", "Known")])


def query(*pairs: tuple[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def test_a_text_that_is_too_long_is_refused() -> None:
    data = {"kind": "slack", "config": {"message": "Hi"}}
    form = step_form(around=around(), node_data=data, data=query(("step-message", "x" * (LONGEST + 5))))
    assert "step-message" in form.errors
    assert form.node_data() == data


def test_more_rows_than_anybody_types_are_cut() -> None:
    pairs = [("step-to", f"n{number}") for number in range(5000)]
    values = [(f"step-to-n{number}", "a@example.com") for number in range(5000)]
    form = step_form(around=around(), node_data={"kind": "email", "config": {}}, data=query(*pairs, *values))
    assert len(form.node_data()["config"]["to"]) == MOST_ROWS


def test_a_choice_that_is_not_offered_is_refused() -> None:
    data = {"kind": "webhook", "config": {"url": "https://x.example"}}
    form = step_form(around=around(), node_data=data, data=query(("step-method", "TRACE")))
    assert form.errors["step-method"] == ["Choose one of those that are offered."]


def test_groups_that_stand_in_themselves_end() -> None:
    pairs = [
        ("only-if-if-n.-in", "n1"),
        ("only-if-if-n1-in", "n1"),
        ("only-if-if-n1-in", "n."),
        ("only-if-if-n1-in", "n2"),
    ]
    form = condition_form(around=around(), conditions=TREE, data=query(*pairs, ("only-if-if-n2-in", "n1")))
    assert form.conditions() is None
    assert condition_page(form).sent


def test_a_condition_deeper_than_the_language_takes_is_refused_in_words() -> None:
    pairs = [("only-if-if-n.-in", "n0")]
    for depth in range(14):
        pairs += [(f"only-if-if-n{depth}-in", f"n{depth + 1}"), (f"only-if-if-n{depth}-logic", "OR")]
    pairs += [("only-if-if-n14-field", "a"), ("only-if-if-n14-operator", "is_true")]
    form = condition_form(around=around(), conditions=None, data=query(*pairs))
    assert not form.is_valid()


@_SETTINGS
@given(
    st.sampled_from(sorted(all_kinds())),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["", "-n0", "-0", "-n.", "-n.-in", "-drop", "-text", "-fields", "-0-name", "-n0-do", "-n0-value"]
            ),
            st.sampled_from(
                ["", "n0", "0", "n.", "on", "\x00", "x", "-1", "99999999999999999999", "{{", "{% if %}", "🜚"]
            ),
        ),
        max_size=12,
    ),
    st.sampled_from(
        ["", "add", "add:step", "remove:step-to:0", "up:x:y", "group:step-conditions-n.-in", "refit", "\x00"]
    ),
)
def test_whatever_is_sent_the_form_answers(kind: str, sent: list[tuple[str, str]], do: str) -> None:
    fields = all_kinds()[kind].Config.model_fields
    pairs = [(f"step-{name}{end}", value) for name in fields for end, value in sent]
    form = step_form(around=around(), node_data={"kind": kind, "config": {}}, data=query(*pairs, ("_do", do)))
    form.is_valid()
    form.node_data()
    assert step_page(form).sent
