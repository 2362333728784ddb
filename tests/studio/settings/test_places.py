"""The settings' form: what nobody touched is kept to the letter, what somebody changed is put where it belongs."""

import uuid
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.offered import Offered
from opsflows.studio.settings_form.exits import changed_exit, rearranged, sent_ids
from opsflows.studio.settings_form.places import field_at, values_of, with_changes
from opsflows.studio.views.settings import exit_lists
from opsflows.studio.views.settings.exit_rows import ExitRows
from opsflows.studio.views.settings.form import SettingsForm
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.settings import parse_settings
from tests.studio.settings.sent import untouched

words = st.text("abc {}", min_size=1, max_size=6).filter(lambda text: "{{" not in text and "{" not in text)
addresses = st.sampled_from(["ops@example.com", "Rev.Ops@example.org"])
handling = st.fixed_dictionaries(
    {},
    optional={
        "onError": st.sampled_from(["stop", "continue", "retry", "branch"]),
        "retryCount": st.integers(0, 20),
        "retryDelay": st.integers(1, 3600),
        "notifyOnFailure": st.lists(addresses, max_size=3),
        "errorWorkflow": st.sampled_from(["Tell the team", str(uuid.UUID(int=7)), "gone"]) | st.none(),
    },
)
leaves = st.fixed_dictionaries(
    {"field": st.just("status"), "operator": st.just("equals"), "value": words | st.integers()}
)
TWO = ["a@example.com", "b@example.com"]
exits = st.one_of(
    st.fixed_dictionaries(
        {
            "event": st.just("order.completed"),
            "field": st.just("order.id"),
            "value": st.just("{{order.id}}") | st.integers(),
        },
        optional={"reason": st.just(" Ordered "), "conditions": st.none() | leaves},
    ),
    st.fixed_dictionaries({"conditions": leaves}, optional={"event": st.just(""), "reason": words}),
)
keys = st.sampled_from(["", "{{id}}", " {{id}} ", "{{a}}\n{{b}}"])
valid_settings = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(["low", "normal", "high", "urgent"]),
        "timeout": st.sampled_from(["2 days", "90 minutes", 3600, 86400.5]),
        "errorHandling": handling,
        "maxExecutionsPerHour": st.none() | st.integers(1, 1000),
        "throttleAction": st.sampled_from(["queue", "drop", "delay"]),
        "concurrency": st.none() | st.fixed_dictionaries({}, optional={"limit": st.integers(1, 9), "key": keys}),
        "exits": st.lists(exits, max_size=2),
        "fourEyes": st.booleans(),
    },
)
OTHERS = [(str(uuid.UUID(int=7)), "Another"), (str(uuid.UUID(int=8)), "Tell the team")]


@pytest.fixture(autouse=True, scope="module")
def _nothing_offered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Offered, "choices", lambda self, name: [])
        patch.setattr(exit_lists, "variables_of_events", lambda **asked: {})
        yield


def sheet(stored: Mapping[str, Any], data: QueryDict | None = None) -> tuple[SettingsForm, ExitRows]:
    account = PlatformAccount(name="Acme", slug="acme")
    workflow = Workflow(account=account, workflow_name="Rule", settings=stored)
    actor = Actor(account_id=account.pk, user_id=None, role="editor", door="page")
    around = Around(workflow, None, (), None, actor)
    form = SettingsForm(workflow=workflow, others=OTHERS, sites=[], data=data)
    return form, ExitRows(around=around, exits=stored.get("exits"), data=data)


def sent(form: SettingsForm, rows: ExitRows) -> QueryDict:
    """The whole sheet as a browser sends it."""
    context = {"form": form, "exits": rows, "may_write": True, "workflow": form.workflow, "revision": 1}
    data = QueryDict(mutable=True)
    for name, values in untouched(render_to_string("studio/settings/sheet.html", context)).items():
        data.setlist(name, values)
    return data


def saved(form: SettingsForm, rows: ExitRows) -> dict[str, Any]:
    assert form.is_valid(), form.errors
    assert rows.is_valid()
    return rows.settings(form.settings())


@settings(max_examples=40, deadline=None)
@given(valid_settings, st.booleans())
def test_a_form_that_nobody_touched_changes_nothing(stored: dict[str, Any], is_newer: bool) -> None:
    parse_settings(stored)
    if is_newer:
        stored = {**stored, "laterSetting": {"kept": [1, "two"]}}
    before = deepcopy(stored)
    form, rows = sheet(stored, sent(*sheet(stored)))
    after = saved(form, rows)
    assert form.changed_data == []
    assert after == before
    assert definition_hash(Graph((), ()), after) == definition_hash(Graph((), ()), before)


def change(stored: dict[str, Any], **fields: str) -> dict[str, Any]:
    data = sent(*sheet(stored))
    for name, value in fields.items():
        data.setlist(name, [value])
    return saved(*sheet(stored, data))


@pytest.mark.parametrize(
    ("stored", "fields", "expected"),
    [
        ({}, {"priority": "high"}, {"priority": "high"}),
        ({"priority": "high"}, {"priority": "normal"}, {}),
        ({"x": 1}, {"timeout": "2 days"}, {"x": 1, "timeout": "2 days"}),
        ({"timeout": 3600}, {"timeout": ""}, {}),
        ({}, {"at_once": "1", "turns": "{{id}}"}, {"concurrency": {"limit": 1, "key": "{{id}}"}}),
        ({"concurrency": {"limit": 2, "key": "{{id}}"}}, {"turns": ""}, {"concurrency": {"limit": 2}}),
        ({"concurrency": {"limit": 2}}, {"at_once": ""}, {}),
        ({"concurrency": {}}, {"at_once": ""}, {}),
        ({}, {"retry_count": "0", "on_error": "retry"}, {"errorHandling": {"onError": "retry", "retryCount": 0}}),
        ({"errorHandling": {"retryCount": 5}}, {"retry_count": ""}, {}),
        ({}, {"notify": "a@example.com\r\n\r\n b@example.com "}, {"errorHandling": {"notifyOnFailure": TWO}}),
        ({}, {"error_workflow": OTHERS[0][0]}, {"errorHandling": {"errorWorkflow": OTHERS[0][0]}}),
        ({"errorHandling": {"errorWorkflow": "Tell the team"}}, {"error_workflow": ""}, {}),
    ],
)  # fmt: skip
def test_what_is_changed_is_put_in_its_place(stored: Any, fields: Any, expected: Any) -> None:
    assert change(stored, **fields) == expected


def test_exits_are_changed_added_and_taken_away() -> None:
    stored: dict[str, Any] = {"exits": [{"event": "a.b", "value": 5, "field": "id"}, {"event": "c.d"}]}
    data = sent(*sheet(stored))
    data["exit-0-reason"] = "Ordered"
    assert saved(*sheet(stored, data))["exits"] == [{**stored["exits"][0], "reason": "Ordered"}, {"event": "c.d"}]
    data.setlist("exits", ["", "1", "n0"])
    data.update({"exit-n0-event": "e.f", "exit-n0-field": "", "exit-n0-value": "", "exit-n0-reason": ""})
    assert saved(*sheet(stored, data))["exits"] == [{"event": "c.d"}, {"event": "e.f"}]
    data.setlist("exits", [""])
    assert saved(*sheet(stored, data)) == {}


def test_rows_are_added_and_removed_by_their_buttons() -> None:
    assert rearranged(["0", "n0"], "exit-add") == ["0", "n0", "n1"]
    assert rearranged(["0", "1"], "exit-remove:0") == ["1"]
    assert rearranged(["0"], "add:exit-0-only-if-if-0-in") is None
    assert sent_ids(["", "0", "7", "0", "n1", "x"], [{}]) == ["0", "n1"]


def test_an_exit_loses_what_is_emptied() -> None:
    before = {"event": "a.b", "value": 5, "conditions": {"field": "x", "operator": "is_empty"}}
    assert changed_exit(before, {"value": ""}, None) == {"event": "a.b"}
    assert changed_exit({"event": "a.b", "conditions": None}, {}, None) == {"event": "a.b", "conditions": None}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("settings.priority", "priority"),
        ("settings.errorHandling.notifyOnFailure[1]", "notify"),
        ("settings.concurrency", "at_once"),
        ("settings.errorHandling.errorWorkflow", "error_workflow"),
        ("name", "name"),
        ("settings.later", ""),
    ],
)
def test_problems_find_their_field(path: str, name: str) -> None:
    assert field_at(path) == name


def test_a_change_leaves_the_settings_it_started_from_alone() -> None:
    stored = {"errorHandling": {"onError": "stop", "retryCount": 1}}
    before = deepcopy(stored)
    assert with_changes(stored, {"on_error": "continue"})["errorHandling"] == {"onError": "continue", "retryCount": 1}
    assert (stored, values_of(stored)["retry_count"]) == (before, 1)
