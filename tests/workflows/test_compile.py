"""Compiled definitions: what the engine gets, and that it gets it from memory."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor
from opsflows.rules import Clock
from opsflows.workflows import cache
from opsflows.workflows.compile import compile_definition
from opsflows.workflows.compiled import CompiledNode, ConfigError
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from tests.workflows.conftest import draft
from tests.workflows.rules import DEAL_ALERT, check, edge, graph, stop, trigger

CLOCK = Clock(datetime(2030, 3, 1, tzinfo=UTC), ZoneInfo("UTC"))


def step(**action: Any) -> CompiledNode:
    return compile_definition(to_graph({"trigger": "a.b", "actions": [action]}), {}).nodes["a1"]


def test_a_rule_compiles() -> None:
    compiled = compile_definition(to_graph(DEAL_ALERT), {"priority": "high"})
    assert (compiled.trigger_event, compiled.trigger_id) == ("private_offer.accepted", "trigger")
    assert (compiled.entry_id, compiled.start, set(compiled.nodes)) == ("conditions", "a1", {"conditions", "a1", "a2"})
    assert compiled.entry is not None
    assert compiled.entry.matches({"value": 150000, "vendor": "aws"}, CLOCK)
    assert not compiled.entry.matches({"value": 150000, "vendor": "azure"}, CLOCK)
    assert (compiled.nodes["a1"].handles, compiled.nodes["a2"].handles) == ({"done": "a2"}, {})
    assert (compiled.settings.priority, compiled.timeout.days) == ("high", 90)


def test_a_condition_with_two_ways_is_a_step_and_no_entry() -> None:
    edges = [edge("trigger", "c1"), edge("c1", "yes", "true"), edge("c1", "no", "false")]
    compiled = compile_definition(graph(trigger(), check("c1"), stop("yes"), stop("no"), edges=edges), {})
    assert (compiled.entry, compiled.entry_id, compiled.start) == (None, None, "c1")
    assert compiled.nodes["c1"].handles == {"true": "yes", "false": "no"}


def test_a_trigger_alone_starts_nothing() -> None:
    assert compile_definition(graph(trigger(), edges=[]), {}).start is None


@pytest.mark.parametrize(
    "workflow_data", [{}, {"nodes": 3}, to_graph({"trigger": "a.b", "actions": [{"type": "gone"}, {"type": "slack"}]})]
)
def test_what_cannot_run_says_why(workflow_data: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinition):
        compile_definition(workflow_data, {})


def test_configuration_is_rendered_for_each_run() -> None:
    node = step(type="slack", message="{{name}} paid ${{value}}", channel="#sales")
    config, warnings = node.render({"name": "Ada", "value": 12}, CLOCK)
    assert (config.message, config.channel, warnings) == ("Ada paid $12", "#sales", ())


def test_what_is_missing_is_left_empty_with_a_warning() -> None:
    config, warnings = step(type="slack", message="{{name}}").render({}, CLOCK)
    assert config.message == ""
    assert "name" in warnings[0]


TEXTS = [(42, "42"), (True, "true"), (None, ""), ([1, "a"], '[1,"a"]'), ({"id": 1}, '{"id":1}')]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_any_value_is_a_good_text(value: Any, text: str) -> None:
    assert step(type="create_task", title="{{x}}").render({"x": value}, CLOCK)[0].title == text
    webhook = step(type="webhook", url="https://a.example", headers={"X-Id": "{{x}}"}, payload={"x": "{{x}}"})
    config = webhook.render({"x": value}, CLOCK)[0]
    assert (config.headers, config.payload) == ({"X-Id": text}, {"x": value})


def test_a_missing_header_is_left_empty_with_a_warning() -> None:
    webhook = step(type="webhook", url="https://a.example", headers={"X-Id": "{{x}}"})
    config, warnings = webhook.render({}, CLOCK)
    assert config.headers == {"X-Id": ""}
    assert "x is not in the event" in warnings[0]


def test_a_value_that_does_not_fit_names_the_field() -> None:
    with pytest.raises(ConfigError, match=r"^to: ") as caught:
        step(type="email", to="{{order}}", subject="{{name}}").render({"order": {"id": 1}}, CLOCK)
    assert "not in the event" not in str(caught.value)


def test_conditions_are_not_templates() -> None:
    leaf = {"field": "a", "operator": "equals", "value": "{{b}}"}
    node = step(type="condition", conditions=leaf)
    assert node.render({"b": 1}, CLOCK)[0].conditions == leaf


def test_a_configuration_without_templates_is_made_once() -> None:
    node = step(type="slack", message="Hello")
    assert node.render({}, CLOCK)[0] is node.render({}, CLOCK)[0]


def test_a_text_that_depends_on_the_day_alone_is_rendered_each_time() -> None:
    node = step(type="slack", message="{{today}}")
    tomorrow = Clock(datetime(2030, 3, 2, tzinfo=UTC), ZoneInfo("UTC"))
    assert node.render({}, CLOCK)[0].message != node.render({}, tomorrow)[0].message


def test_a_version_is_compiled_once(editor: Actor, workflow: Workflow, now: datetime) -> None:
    version = publish(actor=editor, workflow=workflow, now=now)
    first = cache.definition(version.id)
    with CaptureQueriesContext(connection) as queries:
        assert cache.definition(version.id) is first
        cache.warm([version.id])
    assert len(queries) == 0


def test_several_versions_come_with_one_query(editor: Actor, now: datetime) -> None:
    versions = [publish(actor=editor, workflow=draft(editor), now=now).id for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        cache.warm(versions)
        for version_id in versions:
            cache.definition(version_id)
    assert len(queries) == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_DEFINITIONS", 2)
    monkeypatch.setattr(cache, "_definitions", type(cache._definitions)())
    loads: list[uuid.UUID] = []

    def load(version_id: uuid.UUID) -> cache.Stored:
        loads.append(version_id)
        return to_graph(DEAL_ALERT), {}

    one, two, three = (uuid.uuid4() for _ in range(3))
    for version_id in (one, two, one, three, one, two):
        cache.definition(version_id, load)
    assert loads == [one, two, three, two]
