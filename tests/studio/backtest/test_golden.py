"""Prefilter, pieces and counts against a plain loop over all rows: the same events, for whatever is written."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.jsontext.field import JsonText
from opsflows.lookups.save_list import create_list
from opsflows.lookups.save_segment import create_segment
from opsflows.rules import Clock, RuleError, compile_condition
from opsflows.runs.start import entry_scope
from opsflows.studio.backtest import work as working
from opsflows.studio.backtest.ask import ask_backtest
from opsflows.studio.backtest.needs import need_of
from opsflows.studio.backtest.side import side_of
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.workflows.models import Workflow
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.save_draft import create_workflow
from opsflows.workflows.validate import references_of
from tests.studio.backtest.conftest import EVENT, MONTH, NOW, came_in, leaf, rule, work

#: What the same thing may look like in the events of two vendors, and what only looks like it.
SPELLINGS: list[Any] = [
    "aws", "AWS", "Aws", "awsome", '"aws"', "a\\ws", "ÄWS", "ß", "", " ", "true", "True", "TRUE", True, False, None,
    1, 1.0, "1", "1.0", "01", "1e2", 100, "100", "-0", 0, "null", "[]", [], {}, ["aws"], [["aws"]], {"aws": "aws"},
    "2026-03-01", "x" * 200, "9" * 200, "%", "a'b", 'a"b', "line\nbreak", "\u2028", "😀", "/", "a/b",
]  # fmt: skip
FIELDS = [
    "a",
    "b",
    "a.b",
    "a.b.c",
    "c d",
    "x.0",
    "x.0.b",
    "x.first",
    "x.size",
    "event.name",
    "event",
    "steps.a",
    "data",
]
SCALARS = [each for each in SPELLINGS if each is not None and not isinstance(each, list | dict)]

values = st.sampled_from(SPELLINGS)
keys = st.sampled_from(
    ["a", "b", "c", "a.b", "b.c", "a.b.c", "c d", "x", "x.0", "event", "event.name", "steps", "data"]
)
payloads = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
)
objects = st.dictionaries(keys, payloads, max_size=5)
comparisons = st.one_of(
    st.builds(leaf, st.sampled_from(FIELDS), st.sampled_from(["equals", "not_equals", "contains"]), values),
    st.builds(
        leaf, st.sampled_from(FIELDS), st.sampled_from(["in", "not_in"]), st.lists(values, min_size=1, max_size=3)
    ),
    st.builds(leaf, st.sampled_from(FIELDS), st.sampled_from(["is_empty", "is_not_empty", "is_true", "is_false"])),
    st.builds(
        leaf, st.sampled_from(FIELDS), st.sampled_from(["greater_than", "less_or_equal"]), st.sampled_from([0, 100])
    ),
    st.builds(leaf, st.sampled_from(FIELDS), st.just("equals"), st.just("{{b}}")),
    st.just({"operator": "in_segment", "value": "of-aws"}),
    st.just({"operator": "not_in_segment", "value": "of-aws"}),
    st.builds(leaf, st.sampled_from(FIELDS), st.sampled_from(["in_list", "not_in_list"]), st.just("vendors")),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.builds(
        lambda logic, rules: {"logic": logic, "rules": rules},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@pytest.fixture
def zoo(account: PlatformAccount, actor: Actor) -> PlatformAccount:
    """Names that conditions use."""
    create_list(actor=actor, name="vendors", values=["aws", "azure", "ß"])
    create_segment(actor=actor, name="of-aws", conditions={"rules": [leaf("a", "equals", "aws")]})
    return account


def brute_force(account: PlatformAccount, tree: Any) -> set[Any]:
    """Every event that the interpreter says yes to, one by one."""
    graph = read_graph(rule(tree))
    condition = compile_condition(expand(tree, references_of(graph, {}, account_id=account.pk), path="conditions"))
    clock = account_clock(account, now=NOW)
    ids = Event.objects.filter(account=account, name=EVENT).values_list("pk", flat=True)
    return {
        event.id
        for event in load_events(list(ids))
        if condition.matches(entry_scope(event), Clock(event.received_at, clock.zone, clock.calendar))
    }


def tried(account: PlatformAccount, tree: Any) -> tuple[Backtest, set[Any]]:
    actor = system_actor(account.pk)
    workflow = create_workflow(actor=actor, name="Zoo", workflow_data=rule(tree))
    asked = ask_backtest(actor=actor, workflow=workflow, since=NOW - MONTH, until=NOW, now=NOW)
    done = work(asked)
    return done, set(BacktestEvent.objects.filter(backtest=done).values_list("event_id", flat=True))


def agrees(account: PlatformAccount, tree: Any, count: int) -> None:
    try:
        expected = brute_force(account, tree)
    except RuleError:
        return
    done, found = tried(account, tree)
    assert done.state == "done", done.error
    assert found == expected, tree
    assert (done.seen, done.fired_draft, done.unreadable) == (count, len(expected), 0)


def test_every_spelling_beside_every_other(zoo: PlatformAccount, monkeypatch: Any) -> None:
    """Exhaustive where the prefilter acts: each value compared with each, at a field and at a path."""
    monkeypatch.setattr(working, "rehearse_some", lambda *given, **named: True)
    for number, value in enumerate(SPELLINGS):
        moment = NOW - timedelta(minutes=number + 1)
        came_in(zoo, {"a": value}, moment)
        came_in(zoo, {"x": {"b": value}, "n": number}, moment)
        came_in(zoo, {"x.b": value}, moment)
        came_in(zoo, {"x": [{"b": value}, value], "b": value}, moment)
        came_in(zoo, value, moment)
    for wanted in SCALARS:
        equal = [leaf(field, "equals", wanted) for field in ("a", "x.0.b")]
        within = [leaf(field, "in", [wanted, "gcp"]) for field in ("x.b", "x.last")]
        agrees(zoo, {"logic": "OR", "rules": [*equal, *within]}, 5 * len(SPELLINGS))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "azure", "a": "aws"}',
        '{"a": "aws", "a": "azure"}',
        '{"a": "\\u0061ws"}',
        '{"\\u0061": "aws"}',
        '{"x": {"b": "no"}, "x": {"b": "aws"}}',
        '{"a" :\n"aws"}',
        '["aws"]',
        '"aws"',
        "null",
    ],
)
def test_json_as_strangers_write_it(zoo: PlatformAccount, text: str) -> None:
    came_in(zoo, JsonText(text), NOW - timedelta(hours=1))
    agrees(zoo, {"logic": "OR", "rules": [leaf("a", "equals", "aws"), leaf("x.b", "in", ["aws"])]}, 1)


@settings(max_examples=25)
@given(
    trees=st.lists(conditions, min_size=1, max_size=2), carried=st.lists(objects | payloads, min_size=1, max_size=12)
)
@pytest.mark.django_db
def test_whatever_is_asked_of_whatever_came_in(trees: list[Any], carried: list[Any]) -> None:
    with transaction.atomic():
        try:
            account = PlatformAccount.objects.create(slug="zoo", name="Zoo", timezone="America/New_York")
            actor = system_actor(account.pk)
            create_list(actor=actor, name="vendors", values=["aws", "azure", "ß"])
            create_segment(actor=actor, name="of-aws", conditions={"rules": [leaf("a", "equals", "aws")]})
            for number, data in enumerate(carried):
                came_in(account, data, NOW - timedelta(minutes=number + 1))
            for tree in trees:
                agrees(account, tree, len(carried))
        finally:
            transaction.set_rollback(True)


def test_the_prefilter_says_something_where_it_can() -> None:
    """Against a filter that is right because it never filters."""

    def acts(tree: Any) -> bool:
        return need_of(side_of(rule(tree), {}, {}).tree) is not None

    assert acts(leaf("a", "equals", "aws"))
    assert acts({"logic": "OR", "rules": [leaf("a", "equals", "aws"), leaf("b", "in", ["x", "y"])]})
    assert acts({"rules": [leaf("n", "greater_than", 1), leaf("a", "equals", "aws")]})
    assert not acts({"logic": "OR", "rules": [leaf("n", "greater_than", 1), leaf("a", "equals", "aws")]})
    for other in ("100", "true", 1, True):
        assert not acts(leaf("a", "equals", other))
    assert not acts({"logic": "NOT", "rules": [leaf("a", "equals", "aws")]})
    assert not acts(leaf("a", "not_equals", "aws"))


def test_what_the_database_passes_over_is_not_read(zoo: PlatformAccount, monkeypatch: Any) -> None:
    for number in range(20):
        came_in(zoo, {"a": "aws" if number < 3 else "azure"}, NOW - timedelta(minutes=number + 1))
    asked: list[Any] = []
    monkeypatch.setattr(working, "entry_scope", lambda event: asked.append(event) or entry_scope(event))
    done, _ = tried(zoo, leaf("a", "equals", "aws"))
    assert (done.seen, done.fired_draft, len(asked)) == (20, 3, 3)
    assert Workflow.objects.count() == 1
