"""A draft on the events of a month, beside what is published."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import EventPayload
from opsflows.lookups.save_segment import change_segment, create_segment
from opsflows.queue.enqueue_job import cancel_job
from opsflows.queue.models import Job
from opsflows.studio.backtest import ask as asking
from opsflows.studio.backtest import work as working
from opsflows.studio.backtest.latest import latest_of
from opsflows.studio.backtest.refusal import AllOver, NothingToTest, UnderWay, WrongPeriod
from opsflows.studio.backtest.standing import standing_of
from opsflows.studio.backtest.stop import stop_backtest
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.studio.backtest.conftest import MAIL, MONTH, NOW, ask, came_in, leaf, rule, work

BIG, HUGE = leaf("value", "greater_than", 100), leaf("value", "greater_than", 1000)
HOUR = timedelta(hours=1)


@pytest.fixture
def deals(account: PlatformAccount) -> list[Any]:
    """One an hour, worth 10, 20, …, the newest first."""
    return [came_in(account, {"value": 10 * n, "customer": f"c{n}"}, NOW - n * HOUR) for n in range(1, 41)]


def kinds(backtest: Backtest) -> dict[str, list[Any]]:
    rows = BacktestEvent.objects.filter(backtest=backtest)
    return {kind: [row.event_id for row in rows if row.kind == kind] for kind in ("new", "lost", "both")}


def test_the_draft_beside_what_is_published(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    published = {"rules": [leaf("value", "greater_than", 300)]}
    done = work(ask(actor, flow(rule({"rules": [leaf("value", "between", [200, 350])]}), rule(published))))
    assert (done.state, done.seen, done.expected, done.unreadable) == ("done", 40, 40, 0)
    assert (done.fired_draft, done.fired_published, done.fired_both) == (16, 10, 5)
    assert kinds(done) == {
        "new": [each.pk for each in deals[19:30]],
        "lost": [each.pk for each in deals[35:40]],
        "both": [each.pk for each in deals[30:35]],
    }
    assert done.ended_at == NOW
    # The account's day begins in Berlin.
    assert done.days["2026-03-31"] == [11, 0, 0, 0, 0, 0]
    assert [sum(column) for column in zip(*done.days.values(), strict=True)] == [40, 16, 10, 5, 0, 0]


def test_what_would_have_been_sent(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    slack = {"type": "slack", "channel": "#deals", "message": "x", "webhook_url": "https://hooks.example/T0/s3cret"}
    to_owner = {**MAIL, "to": "{{customer}}@acme.example"}
    draft = rule({"rules": [leaf("value", "less_than", 30)]}, to_owner, slack)
    done = work(ask(actor, flow(draft, rule({"rules": [leaf("value", "less_than", 40)]}))))
    assert sorted(line[:1] + line[2:] for line in done.sent) == [
        ["email", "c1@acme.example", "", 1, 0],
        ["email", "c2@acme.example", "", 1, 0],
        ["email", "finance@acme.example", "", 0, 3],
        ["slack", "#deals", "", 2, 0],
    ]
    assert "s3cret" not in str(done.sent)
    assert done.rehearsed == 3


def test_a_step_that_would_fail_says_why(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    done = work(ask(actor, flow(rule({"rules": [leaf("value", "less_than", 20)]}, {**MAIL, "to": "{{nobody}}"}))))
    ((kind, _, to, problem, draft, published),) = done.sent
    assert (kind, to, draft, published) == ("email", "", 1, 0)
    assert "recipient" in problem or "to" in problem


def test_what_was_never_published_has_only_its_own_side(
    flow: Callable[..., Workflow], actor: Actor, deals: list[Any]
) -> None:
    done = work(ask(actor, flow(rule({"rules": [leaf("value", "less_than", 30)]}))))
    assert (done.version, done.fired_draft, done.fired_published) == (None, 2, 0)


def test_a_draft_on_another_event(
    flow: Callable[..., Workflow], actor: Actor, account: PlatformAccount, deals: list[Any]
) -> None:
    other = came_in(account, {"value": 1}, NOW - HOUR, name="deal.lost")
    done = work(ask(actor, flow(rule(event="deal.lost"), rule({"rules": [HUGE, BIG]}))))
    assert done.events == ["deal.lost", "deal.won"]
    assert (done.seen, done.fired_draft, done.fired_published) == (41, 1, 0)
    assert kinds(done)["new"] == [other.pk]


def test_only_the_period_and_the_account(flow: Callable[..., Workflow], actor: Actor, account: PlatformAccount) -> None:
    for moment in (NOW - MONTH - HOUR, NOW - MONTH, NOW - HOUR, NOW):
        came_in(account, {}, moment)
    came_in(PlatformAccount.objects.create(slug="other", name="Other"), {}, NOW - HOUR)
    done = work(ask(actor, flow(rule())))
    assert (done.seen, done.fired_draft) == (2, 2)


def test_payloads_that_are_gone_are_counted_apart(
    flow: Callable[..., Workflow], actor: Actor, account: PlatformAccount, deals: list[Any]
) -> None:
    EventPayload.objects.filter(event__in=[each.pk for each in deals[:5]]).delete()
    done = work(ask(actor, flow(rule())))
    assert (done.seen, done.fired_draft, done.unreadable) == (40, 35, 5)


def test_the_clock_is_the_event_s_own(flow: Callable[..., Workflow], actor: Actor, account: PlatformAccount) -> None:
    for day in (1, 10, 20):
        moment = NOW - timedelta(days=day)
        came_in(account, {"due": (moment + timedelta(days=2)).date().isoformat()}, moment)
    soon = {"rules": [leaf("due", "before", "+3 days"), leaf("due", "after", "today")]}
    assert work(ask(actor, flow(rule(soon)))).fired_draft == 3


def test_a_segment_counts_as_it_stood(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    segment = create_segment(actor=actor, name="big", conditions={"rules": [leaf("value", "greater_than", 300)]})
    named = rule({"rules": [{"operator": "in_segment", "value": "big"}]})
    workflow = flow(named, named)
    change_segment(
        actor=actor, segment=segment, description="", conditions={"rules": [leaf("value", "greater_than", 390)]}
    )
    done = work(ask(actor, workflow))
    assert (done.fired_draft, done.fired_published, done.fired_both) == (1, 10, 1)


def test_a_draft_whose_steps_are_not_finished_is_tried_all_the_same(
    flow: Callable[..., Workflow], actor: Actor, deals: list[Any]
) -> None:
    done = work(ask(actor, flow(rule(None, {"type": "email", "template": "not-there", "to": "a@acme.example"}))))
    assert (done.fired_draft, done.state) == (40, "done")
    assert done.remark or any(line[3] for line in done.sent)


def test_what_refuses(flow: Callable[..., Workflow], actor: Actor, account: PlatformAccount) -> None:
    workflow = flow(rule())
    for period, field in (
        ({"until": NOW + HOUR}, "until"),
        ({"since": NOW}, "since"),
        ({"since": NOW - timedelta(days=400)}, "since"),
    ):
        with pytest.raises(WrongPeriod) as refused:
            ask(actor, workflow, **period)
        assert refused.value.field == field
    manual = flow({"nodes": [{"id": "t", "type": "trigger", "data": {"kind": "manual", "config": {}}}], "edges": []})
    with pytest.raises(NothingToTest):
        ask(actor, manual)
    with pytest.raises(InvalidDefinition):
        ask(actor, flow(rule({"rules": [{"operator": "in_segment", "value": "nowhere"}]})))
    nobody = Actor(account_id=account.pk, user_id=None, role=None, door="page")
    with pytest.raises(Forbidden):
        ask(nobody, workflow)
    assert not Backtest.objects.exists()


def test_one_at_a_time(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    workflow = flow(rule())
    first = ask(actor, workflow)
    with pytest.raises(UnderWay) as refused:
        ask(actor, workflow)
    assert refused.value.backtest == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Backtest.objects.filter(pk=first.pk).update(id=first.pk, state="done")
    work(first)
    assert ask(actor, workflow) != first


def test_stopping(flow: Callable[..., Workflow], actor: Actor, deals: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(working, "PIECE", 10)
    backtest = ask(actor, flow(rule()))
    monkeypatch.setattr("opsflows.queue.run_jobs.LIFE", 0)
    working_pieces(1)
    stop_backtest(actor=actor, backtest_id=backtest.pk, now=NOW)
    done = work(backtest)
    assert (done.state, done.seen, done.ended_at) == ("cancelled", 10, NOW)
    assert Job.objects.get(pk=done.job_id).status == "cancelled"
    with pytest.raises(AllOver):
        stop_backtest(actor=actor, backtest_id=backtest.pk, now=NOW)


def test_a_job_that_is_over_takes_the_backtest_with_it(
    flow: Callable[..., Workflow], actor: Actor, deals: list[Any]
) -> None:
    workflow = flow(rule())
    backtest = ask(actor, workflow)
    assert backtest.job_id is not None
    cancel_job(job_id=backtest.job_id, now=NOW)
    assert standing_of(backtest).state == "cancelled"
    again = ask(actor, workflow)
    backtest.refresh_from_db()
    assert (backtest.state, backtest.ended_at) == ("cancelled", NOW)
    Job.objects.filter(pk=again.job_id).delete()
    assert standing_of(again).state == "failed"


def test_a_piece_that_is_lost_is_done_again(
    flow: Callable[..., Workflow], actor: Actor, deals: list[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(working, "PIECE", 7)
    backtest = ask(actor, flow(rule({"rules": [leaf("value", "greater_than", 200)]}), rule()))
    judge, calls = working._judge, iter(range(1000))

    def stumbles(*given: Any) -> None:
        # In the middle of each piece, the first time it is tried.
        if next(calls) % 16 == 4:
            raise ConnectionError("the worker died")
        judge(*given)

    monkeypatch.setattr(working, "_judge", stumbles)
    now = NOW
    for _ in range(60):
        working_pieces(1, now=now)
        now += timedelta(hours=1)
    backtest.refresh_from_db()
    assert (backtest.state, backtest.seen, sum(day[0] for day in backtest.days.values())) == ("done", 40, 40)
    assert (backtest.fired_draft, backtest.fired_published, backtest.fired_both) == (20, 40, 20)
    assert BacktestEvent.objects.filter(backtest=backtest).count() == 40


def test_only_the_newest_of_each_kind_are_kept(
    flow: Callable[..., Workflow], actor: Actor, deals: list[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(working, "MOST_KEPT", 4)
    monkeypatch.setattr(working, "PIECE", 3)
    done = work(ask(actor, flow(rule(), rule({"rules": [leaf("value", "greater_than", 200)]}))))
    found = kinds(done)
    assert (done.fired_draft, done.fired_both) == (40, 20)
    assert found["new"] == [each.pk for each in deals[:4]]
    assert found["both"] == [each.pk for each in deals[20:24]]


def test_only_the_newest_backtests_are_kept(flow: Callable[..., Workflow], actor: Actor, monkeypatch: Any) -> None:
    monkeypatch.setattr(asking, "KEPT", 3)
    workflow = flow(rule())
    asked = [work(ask(actor, workflow)).pk for _ in range(5)]
    assert list(Backtest.objects.values_list("pk", flat=True)) == asked[:1:-1]


def test_the_newest_for_whoever_publishes(flow: Callable[..., Workflow], actor: Actor, deals: list[Any]) -> None:
    workflow = flow(rule({"rules": [leaf("value", "less_than", 30)]}), rule())
    assert latest_of(workflow) is None
    ask(actor, workflow)
    assert latest_of(workflow) is None
    work(Backtest.objects.get())
    workflow.refresh_from_db()
    latest = latest_of(workflow)
    assert latest is not None
    assert latest.is_of_this_draft
    assert "38 no longer" in latest.sentence
    workflow.workflow_data = rule()
    changed = latest_of(workflow)
    assert changed is not None
    assert not changed.is_of_this_draft


def working_pieces(count: int, *, now: Any = NOW) -> None:
    from opsflows.queue.run_jobs import run_one_job

    for _ in range(count):
        run_one_job(holder="here", now=now)
