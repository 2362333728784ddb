"""A dry run through branches and lists, over waits that nothing bounds; nothing is written or sent."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from opsflows.runs.dry_run import DryRun
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows import registry
from opsflows.workflows.kinds import DatabaseKind, OutsideKind, PureKind, StepConfig, StepContext
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Outcome, Wait
from opsflows.workflows.registry import all_kinds
from tests.runs.conftest import NOW
from tests.runs.trace.conftest import foreach, two_branches

pytestmark = pytest.mark.django_db

Draft = Callable[..., Workflow]
Tried = Callable[..., DryRun]


class _OpenConfig(StepConfig):
    pass


class OpenWait(PureKind):
    """Waits for what may never come."""

    kind = "probe_open"
    label = "Open wait"
    Config = _OpenConfig
    outcomes = ("received", "timed_out")

    def run(self, step: StepContext) -> Outcome:
        return Wait()

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        return Done(handle="timed_out")


@pytest.fixture(autouse=True)
def _no_doors(probes: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever would write or send fails loudly."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a dry run did something")

    known = all_kinds()
    registry.register(OpenWait)
    for kind in known.values():
        if isinstance(kind, DatabaseKind):
            monkeypatch.setattr(type(kind), "apply", never)
        if isinstance(kind, OutsideKind):
            monkeypatch.setattr(type(kind), "call", never)
    yield
    known.pop(OpenWait.kind)


def by_id(found: DryRun) -> dict[str, TriedStep]:
    return {f"{step.id}/{step.iteration}".rstrip("/"): step for step in found.steps}


def statuses(step: TriedStep) -> list[tuple[str, str]]:
    return [(branch.handle, branch.status) for branch in step.branches]


def test_each_branch_is_led_and_they_join(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "fork.left -> l1",
        "fork.right -> rest",
        "rest -> r1",
        "fork -> after",
        fork=two_branches(),
        l1={"type": "set", "values": {"seen": "left"}},
        rest={"type": "delay", "duration": "2 hours"},
        r1={"type": "set", "values": {"other": "{{seen}}"}},
        after={"type": "set", "values": {"both": "{{steps.l1.output.seen}} {{seen}} {{steps.fork.output.done}}"}},
    )
    found = tried(workflow)
    assert [step.id for step in found.steps] == ["fork", "l1", "rest", "r1", "after"]
    steps = by_id(found)
    assert [step.inside for step in found.steps] == [(), (("fork", 0),), (("fork", 1),), (("fork", 1),), ()]
    assert statuses(steps["fork"]) == [("left", "completed"), ("right", "completed")]
    assert steps["fork"].status == "evaluated"
    # What the other way set meanwhile is not seen; behind the join all of it is.
    assert steps["r1"].output == {"other": None}
    assert steps["after"].output == {"both": "left left 2"}
    # The longest way counts.
    assert (steps["after"].at, found.status) == (NOW + timedelta(hours=2), "completed")


def test_a_branch_that_fails(draft: Draft, tried: Tried) -> None:
    steps = {
        "fork": two_branches(),
        "bad": {"type": "stop", "outcome": "failure", "reason": "no luck"},
        "after": {"type": "set", "values": {"x": 1}},
    }
    found = tried(draft("fork.left -> bad", "fork -> after", **steps))
    assert found.status == "failed"
    assert "1 of 2 branches failed. left: Stop: no luck" in (found.error or "")
    assert by_id(found)["fork"].status == "would_fail"
    steps["fork"] = {"type": "parallel", "branches": [{"name": "left", "optional": True}, {"name": "right"}]}
    found = tried(draft("fork.left -> bad", "fork -> after", **steps))
    assert (found.status, by_id(found)["after"].status) == ("completed", "evaluated")


def test_the_first_that_succeeds_ends_the_others(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "fork.left -> slow",
        "slow -> never",
        "fork.right -> quick",
        "fork -> after",
        fork=two_branches(wait_for="any"),
        slow={"type": "delay", "duration": "2 days"},
        never={"type": "set", "values": {"x": 1}},
        quick={"type": "delay", "duration": "1 hour"},
        after={"type": "set", "values": {"x": "{{steps.fork.output.branches.left.status}}"}},
    )
    found = tried(workflow)
    assert statuses(by_id(found)["fork"]) == [("left", "dropped"), ("right", "completed")]
    assert by_id(found)["after"].at == NOW + timedelta(hours=1)
    assert by_id(found)["after"].output == {"x": "dropped"}


def test_a_list_by_its_first_three(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "list.each -> note",
        "note -> mail",
        "list -> after",
        list=foreach(collect="{{note}}"),
        note={"type": "set", "values": {"note": "{{index}}: {{contact.name}}"}, "scope": "local"},
        mail={"type": "probe_outside", "note": "{{note}}"},
        after={"type": "set", "values": {"of": "{{steps.list.output.done}}", "note": "{{note}}"}},
    )
    found = tried(workflow, contacts=[{"name": f"n{number}"} for number in range(1000)])
    steps = by_id(found)
    assert [step.id for step in found.steps] == ["list", *["note", "mail"] * 3, "after"]
    assert [steps[f"mail/{number}"].input["note"] for number in range(3)] == ["0: n0", "1: n1", "2: n2"]
    assert (steps["list"].total, steps["list"].is_list, len(steps["list"].branches)) == (1000, True, 3)
    assert steps["list"].branches[1].item == {"name": "n1"}
    assert "The list has 1,000 entries; the first 3 are led through" in steps["list"].notes[0]
    assert steps["list"].output["total"] == 1000
    # What an item set for itself is not seen behind the list.
    assert steps["after"].output == {"of": 1000, "note": None}


@pytest.mark.parametrize(
    ("config", "hours"),
    [
        ({}, 10),
        ({"concurrency": 5}, 2),
        ({"concurrency": 100}, 1),
        ({"concurrency": 100, "rate": 2, "per": "3 hours"}, 12),
    ],
)
def test_how_long_a_list_takes(draft: Draft, tried: Tried, config: dict[str, Any], hours: int) -> None:
    workflow = draft("list.each -> rest", list=foreach(**config), rest={"type": "delay", "duration": "1 hour"})
    assert tried(workflow, contacts=list(range(10))).ends_at == NOW + timedelta(hours=hours)


def test_a_list_that_stops_at_the_first_failure(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "list.each -> check",
        "check.false -> bad",
        list=foreach(on_item_error="stop"),
        check={"type": "condition", "conditions": {"field": "contact", "operator": "equals", "value": "a"}},
        bad={"type": "stop", "outcome": "failure", "reason": "not a"},
    )
    found = tried(workflow, contacts=["a", "b", "c", "d"])
    assert [branch.status for branch in by_id(found)["list"].branches] == ["completed", "failed", "dropped"]
    assert "Item 2 of" in (found.error or "")


def test_lists_and_branches_in_one_another(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "outer.each -> fork",
        "fork.left -> inner",
        "inner.each -> call",
        outer={"type": "foreach", "items": "{{teams}}", "item": "team"},
        fork=two_branches(),
        inner={"type": "foreach", "items": "{{team.people}}", "item": "person"},
        call={"type": "probe_outside", "note": "{{team.name}}/{{person}}"},
    )
    found = tried(workflow, teams=[{"name": "x", "people": ["a", "b"]}, {"name": "y", "people": ["c"]}])
    calls = [(step.iteration, step.input["note"]) for step in found.steps if step.id == "call"]
    assert calls == [("0/0", "x/a"), ("0/1", "x/b"), ("1/0", "y/c")]
    assert found.steps[3].inside == (("outer", 0), ("fork", 0), ("inner", 0))
    assert found.status == "completed"


def test_a_list_that_is_not_known_is_passed(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "ask -> list",
        "list.each -> call",
        "list -> after",
        ask={"type": "probe_outside"},
        list={"type": "foreach", "items": "{{steps.ask.output.rows}}"},
        call={"type": "probe_outside"},
        after={"type": "set", "values": {"x": 1}},
    )
    found = tried(workflow)
    assert [(step.id, step.status) for step in found.steps] == [
        ("ask", "would_run"),
        ("list", "unknown"),
        ("after", "evaluated"),
    ]


def test_what_nothing_bounds_goes_on_by_the_first_way(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "rest.received -> yes",
        "rest.timed_out -> no",
        rest={"type": "probe_open"},
        yes={"type": "set", "values": {"x": "{{now}}"}},
        no={"type": "set", "values": {"x": 1}},
    )
    rest, yes = tried(workflow).steps
    assert (rest.status, rest.outcome, rest.until) == ("would_wait", "received", None)
    assert (yes.id, yes.at) == ("yes", NOW)


@pytest.mark.parametrize("timeout", ["", "2 days"])
def test_an_event_that_may_come(draft: Draft, tried: Tried, timeout: str) -> None:
    workflow = draft(
        "rest.received -> yes",
        "rest.timeout -> no",
        rest={"type": "wait_for_event", "event": "invoice.paid", "timeout": timeout},
        yes={"type": "set", "values": {"x": 1}},
        no={"type": "set", "values": {"x": 1}},
    )
    rest, after = tried(workflow).steps
    assert (rest.status, rest.outcome, after.id, after.at) == ("would_wait", "received", "yes", NOW)
    assert "Nobody knows whether invoice.paid comes" in rest.notes[0]


def test_another_workflow_is_not_started(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "sub.done -> after",
        sub={"type": "subworkflow", "workflowId": "{{which}}"},
        after={"type": "set", "values": {"x": 1}},
    )
    sub, after = tried(workflow, which="Other").steps
    assert (sub.status, sub.outcome, after.id) == ("would_run", "done", "after")


def test_the_time_limit_ends_what_waits_in_branches(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "fork.left -> rest",
        fork=two_branches(),
        rest={"type": "delay", "duration": "3 hours"},
        settings={"timeout": "1 hour"},
    )
    found = tried(workflow)
    assert (found.status, found.ends_at) == ("timeout", NOW + timedelta(hours=1))


def test_a_pinned_answer_is_taken(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "ask -> check",
        "check.true -> yes",
        "check.false -> no",
        ask={"type": "probe_outside", "note": "{{amount}}", "pinned": {"output": {"score": 80}}},
        check={
            "type": "condition",
            "conditions": {"field": "steps.ask.output.score", "operator": "greater_than", "value": 50},
        },
        yes={"type": "set", "values": {"points": "{{steps.ask.output.score}}"}},
        no={"type": "set", "values": {"x": 1}},
    )
    ask, check, yes = tried(workflow, amount=5).steps
    assert (ask.status, ask.input["note"], ask.output) == ("pinned", "5", {"score": 80})
    assert (check.notes, yes.output) == ([], {"points": 80})


def test_a_pin_says_the_way_out(draft: Draft, tried: Tried) -> None:
    def outcome(pinned: dict[str, Any], **config: Any) -> tuple[str | None, str]:
        workflow = draft(
            "rest.received -> yes",
            "rest.timed_out -> no",
            "rest.error -> bad",
            rest={"type": "probe_open", "pinned": pinned},
            **{name: {"type": "set", "values": {"x": 1}} for name in ("yes", "no", "bad")},
        )
        rest, after = tried(workflow).steps
        return rest.outcome, after.id

    assert outcome({"output": {}}) == ("received", "yes")
    assert outcome({"handle": "timed_out"}) == ("timed_out", "no")
    assert outcome({"handle": "error"}) == ("error", "bad")


def test_a_pinned_fork_is_not_led(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "list.each -> call",
        "list -> after",
        list=foreach(pinned={"output": {"results": ["a"]}}),
        call={"type": "probe_outside"},
        after={"type": "set", "values": {"first": "{{steps.list.output.results.0}}"}},
    )
    listed, after = tried(workflow, contacts=[1, 2]).steps
    assert (listed.status, listed.branches, after.output) == ("pinned", [], {"first": "a"})


def test_a_pinned_step_still_sets_its_variables_and_says_what_would_fail(draft: Draft, tried: Tried) -> None:
    workflow = draft(
        "sum -> after",
        sum={"type": "set", "formulas": {"fee": "value * 2"}, "pinned": {"output": {"fee": 7, "other": 1}}},
        after={"type": "set", "values": {"twice": "{{fee}} {{other}}"}},
    )
    total, after = tried(workflow).steps
    assert (total.status, after.output["twice"]) == ("pinned", "7 ")
    workflow = draft(hook={"type": "webhook", "url": "{{address}}", "pinned": {"output": {"status": 201}}})
    [hook] = tried(workflow, address="ftp://x").steps
    assert (hook.status, hook.output) == ("pinned", {"status": 201})
    assert "Without the pinned answer it would fail" in hook.notes[0]


def test_the_same_seed_draws_the_same(draft: Draft, actor: Any) -> None:
    import uuid

    from opsflows.runs.dry_run import dry_run

    workflow = draft(
        "split.a -> one",
        "split.b -> two",
        split={"type": "split", "variants": [{"name": "a"}, {"name": "b"}]},
        one={"type": "set", "values": {"x": 1}},
        two={"type": "set", "values": {"x": 2}},
    )
    seeds = [uuid.UUID(int=number) for number in range(8)]
    drawn = [
        [dry_run(actor=actor, workflow=workflow, data={}, seed=seed, now=NOW).steps[1].id for _ in range(2)]
        for seed in seeds
    ]
    assert all(first == second for first, second in drawn)
    assert len({first for first, _ in drawn}) == 2
