"""The trace of a run that goes on in branches: lanes, items, progress; and that it stays small."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.runs.models import Branch, Fork
from opsflows.runs.trace import Trace, trace
from opsflows.runs.trace.items import MOST, items_page, under_way
from opsflows.runs.trace.opened import item_around
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail, Unclear
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe
from tests.runs.trace.conftest import foreach, two_branches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]


def found(engine: Engine, item: tuple[uuid.UUID, int] | None = None) -> Trace:
    return trace(engine.run().pk, item=item)


def test_branches_stand_inside_of_their_fork(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "fork.left -> l1",
        "l1 -> l2",
        "fork.right -> r1",
        "fork -> after",
        fork=two_branches(),
        l1={"type": "probe_outside"},
        l2={"type": "stop", "outcome": "failure", "reason": "no luck"},
        r1={"type": "delay", "duration": "1 hour"},
        after={"type": "set", "values": {"x": 1}},
    )
    engine.emit("deal.won")
    engine.settle()
    seen = found(engine)
    [fork] = seen.steps
    left, right = fork.lanes
    assert [step.place.node_id for step in left.steps] == ["l1", "l2"]
    assert (left.handle, left.status, left.error, left.item) == ("left", "failed", "Stop: no luck", None)
    assert [step.place.node_id for step in right.steps] == ["r1"]
    assert (right.status, right.item and right.item.node_id) == ("running", "r1")
    assert fork.fork is not None
    assert (fork.fork.done, fork.fork.failed, fork.fork.left, fork.fork.under_way) == (0, 1, 1, 1)
    # What follows the fork is still to come; what is inside of it is shown there.
    assert [place.node_id for place in seen.ahead] == ["after"]
    assert seen.standing_at is not None
    assert seen.standing_at.node_id == "fork"
    assert seen.fork == fork.fork


def nested(publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "outer.each -> fork",
        "fork.left -> inner",
        "inner.each -> call",
        "outer -> after",
        outer={"type": "foreach", "label": "Teams", "items": "{{teams}}", "item": "team"},
        fork=two_branches(),
        inner={"type": "foreach", "items": "{{team.people}}", "item": "person", "label": "People"},
        call={"type": "probe_outside", "note": "{{team.name}}/{{person}}"},
        after={"type": "set", "values": {"x": 1}},
    )


def test_one_item_at_a_time_however_deep(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    nested(publish_flow)
    engine.emit("deal.won", teams=[{"name": "x", "people": ["a", "b"]}, {"name": "y", "people": ["c"]}])
    engine.settle()
    top = found(engine)
    assert [step.place.node_id for step in top.steps] == ["outer", "after"]
    assert top.steps[0].lanes == ()
    outer = Fork.objects.get(node_id="outer")
    item = found(engine, (outer.pk, 1))
    [fork] = item.steps
    [inner] = fork.lanes[0].steps
    assert (inner.place.node_id, inner.iteration) == ("inner", "1")
    assert inner.fork is not None
    person = found(engine, (inner.fork.id, 0))
    assert [(step.place.node_id, step.last.output_data) for step in person.steps] == [("call", {"note": "y/c"})]
    assert person.opened is not None
    assert [(crumb.label, crumb.position) for crumb in person.opened.crumbs] == [("Teams", 1), ("People", 0)]


def test_two_lists_of_one_run_do_not_mix(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "one.each -> a",
        "one -> two",
        "two.each -> b",
        one=foreach(),
        two=foreach(),
        a={"type": "probe_outside"},
        b={"type": "probe_outside"},
    )
    engine.emit("deal.won", contacts=[1, 2])
    engine.settle()
    two = Fork.objects.get(node_id="two")
    assert [step.place.node_id for step in found(engine, (two.pk, 0)).steps] == ["b"]


def test_an_item_that_is_not_there(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow("fork.left -> call", fork=two_branches(), call={"type": "probe_outside"})
    engine.emit("deal.won")
    engine.settle()
    for item in [(uuid.uuid4(), 0), (Fork.objects.get().pk, 7), (Fork.objects.get().pk, 0)]:
        with pytest.raises(Branch.DoesNotExist):
            found(engine, item)


def test_a_page_costs_the_same_with_more_items(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "list.each -> call",
        "call -> note",
        list=foreach(concurrency=100),
        call={"type": "probe_outside"},
        note={"type": "set", "values": {"x": "{{contact}}"}, "scope": "local"},
    )
    costs, sizes = [], []
    for count in (3, 120):
        engine.emit("deal.won", contacts=list(range(count)))
        engine.settle()
        run = Fork.objects.order_by("pk").last()
        assert run is not None
        with CaptureQueriesContext(connection) as asked:
            seen = trace(run.execution_id)
            items_page(run.pk, only_failed=False, start=0)
        costs.append(len(asked))
        sizes.append((len(seen.steps), len(seen.variables)))
    assert costs == [costs[0]] * 2
    assert costs[0] <= 6
    assert sizes == [(1, 0), (1, 0)]


def test_the_failed_items_a_page_at_a_time(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow("list.each -> call", list=foreach(concurrency=100), call={"type": "probe_outside"})
    OutsideProbe.script.extend([Fail("no") for _ in range(MOST + 10)])
    engine.emit("deal.won", contacts=list(range(MOST + 30)))
    engine.settle()
    fork = Fork.objects.get()
    first = items_page(fork.pk, only_failed=True, start=0)
    assert len(first.rows) == MOST
    assert first.following is not None
    second = items_page(fork.pk, only_failed=True, start=first.following)
    assert (len(second.rows), second.following) == (10, None)
    assert {row.status for row in (*first.rows, *second.rows)} == {"failed"}
    assert len({row.position for row in (*first.rows, *second.rows)}) == MOST + 10


def test_where_the_branches_stand_and_what_waits_for_a_person(
    engine: Engine, publish_flow: Callable[..., Workflow]
) -> None:
    publish_flow(
        "list.each -> call",
        "call -> rest",
        list=foreach(concurrency=3),
        call={"type": "probe_outside"},
        rest={"type": "delay", "duration": "1 hour"},
    )
    OutsideProbe.script.append(Unclear("who knows"))
    engine.emit("deal.won", contacts=["a", "b", "c", "d"])
    engine.settle()
    seen = found(engine)
    assert seen.held is not None
    assert seen.standing_at is not None
    assert seen.standing_at.node_id == "call"
    assert seen.held.branch_id is not None
    item = item_around(seen.held.branch_id, seen.plan)
    assert item is not None
    opened = found(engine, item)
    assert [(step.place.node_id, step.status) for step in opened.steps] == [("call", "running")]
    assert opened.item == seen.held
    rows: list[Any] = list(under_way(Fork.objects.get().pk, most=2))
    assert [row.branch.position for row in rows] == [0, 1]


def test_the_variables_after_each_step(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "first -> fork",
        "fork.left -> inner",
        "fork -> last",
        first={"type": "set", "values": {"fee": 1, "who": "ada"}},
        fork=two_branches(),
        inner={"type": "set", "values": {"fee": 5}, "scope": "local"},
        last={"type": "set", "values": {"fee": 2}},
    )
    engine.emit("deal.won")
    engine.settle()
    first, fork, last = found(engine).steps
    [inner] = fork.lanes[0].steps

    def told(step: Any) -> list[tuple[str, Any, str, bool]]:
        return [(value.name, value.value, value.scope, value.is_new) for value in step.values]

    assert told(first) == [("fee", 1, "global", True), ("who", "ada", "global", True)]
    assert told(fork) == []
    # Inside, the nearer one hides the other; outside, it is not seen.
    assert told(inner) == [("fee", 5, "local", True), ("who", "ada", "global", False)]
    assert told(last) == [("fee", 2, "global", True), ("who", "ada", "global", False)]


def test_an_item_sees_what_was_set_before_its_list(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "first -> list",
        "list.each -> inner",
        first={"type": "set", "values": {"fee": 1}},
        list=foreach(),
        inner={"type": "set", "values": {"mine": "{{contact}}"}, "scope": "local"},
    )
    engine.emit("deal.won", contacts=["a", "b"])
    engine.settle()
    item = found(engine, (Fork.objects.get().pk, 1))
    assert [(value.name, value.value) for value in item.steps[0].values] == [("mine", "b"), ("fee", 1)]
    assert [(value.name, value.value) for value in item.variables] == [("fee", 1), ("mine", "b")]
