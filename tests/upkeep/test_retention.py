"""Cleaning: what is old goes, nothing goes without a policy, and being interrupted changes nothing."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event, EventKey, EventPayload, EventRepeat, Rejection, RoutingFailure
from opsflows.messages.models import Notification
from opsflows.queue import run_jobs
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.models import Execution, Step, Variable
from opsflows.upkeep.models import RetentionMark, RetentionPolicy
from opsflows.upkeep.retention.kinds import KINDS
from opsflows.upkeep.retention.policies import policies_of, set_policy
from opsflows.upkeep.retention.preview import preview, start_of
from tests.insights.past import Past, do, id_at
from tests.upkeep.people import member

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def clean(account: PlatformAccount, now: datetime = NOW) -> Any:
    return do("retention.clean", now, account=account).result


def decide(account: PlatformAccount, **days: int | None) -> None:
    """Policies of the account: the number of days, or None for good. What is not named is kept for good, too."""
    for kind in KINDS:
        keep = days.get(kind)
        least = KINDS[kind].keep_days
        set_policy(actor=system_actor(account.pk), kind=kind, keep_days=keep or least, is_active=keep is not None)


def with_key(event: Event) -> Event:
    EventKey.objects.create(scope="source:x", key=str(event.pk), event_id=event.pk, created_at=event.received_at)
    EventRepeat.objects.create(event=event, count=2, last_at=event.received_at)
    return event


def test_what_is_shipped_deletes_nothing_young(account: PlatformAccount, past: Past) -> None:
    past.run(ago(6), event=with_key(past.event(ago(6))))
    past.rejections(ago(6), 3)
    before = Event.objects.count(), Execution.objects.count(), EventPayload.objects.count(), Rejection.objects.count()
    assert all(numbers["deleted"] == 0 for numbers in clean(account).values())
    after = Event.objects.count(), Execution.objects.count(), EventPayload.objects.count(), Rejection.objects.count()
    assert after == before


def test_each_kind_goes_at_its_age_and_takes_its_own_along(account: PlatformAccount, past: Past) -> None:
    for days in (500, 300, 100, 20):
        event = with_key(past.event(ago(days)))
        RoutingFailure.objects.create(event=event, consumer="x", error="", failed_at=ago(days), resolved_at=ago(days))
        run = past.run(ago(days), event=event)
        Step.objects.create(execution=run, step_id="a1", step_type="action", step_status="completed")
        Variable.objects.create(
            execution=run, variable_name="x", variable_value=1, variable_type="number", created_at=ago(days)
        )
        past.rejections(ago(days), 1)
        user = User.objects.create(username=f"u{days}")
        Notification.objects.create(id=id_at(ago(days)), account=account, user=user, title="t", created_at=ago(days))
        Job.objects.create(
            id=id_at(ago(days)),
            kind="x",
            account=account,
            key=f"k{days}",
            status="completed",
            scheduled_at=ago(days),
            created_at=ago(days),
        )
    result = clean(account)
    assert {kind: numbers["deleted"] for kind, numbers in result.items()} == {
        "payloads": 3,
        "runs": 1,
        "events": 1,
        "rejections": 3,
        "notifications": 3,
        "fires": 0,
        "jobs": 3,
    }
    counts = {
        model.__name__: model._default_manager.count()
        for model in (Event, EventKey, EventRepeat, RoutingFailure, Execution, Step, Variable)
    }
    assert set(counts.values()) == {3}
    assert EventPayload.objects.count() == Rejection.objects.count() == Notification.objects.count() == 1


def test_without_an_active_policy_nothing_goes(account: PlatformAccount, past: Past) -> None:
    decide(account)
    past.run(ago(3000), event=with_key(past.event(ago(3000))))
    past.rejections(ago(3000), 3)
    assert clean(account) == {}
    assert EventPayload.objects.exists()
    assert Execution.objects.exists()
    assert Rejection.objects.exists()


def test_events_stay_as_long_as_runs(account: PlatformAccount, past: Past) -> None:
    past.run(ago(200), event=past.event(ago(200)))
    lonely = past.event(ago(150))
    decide(account, events=30, runs=None)
    clean(account)
    assert Event.objects.count() == 2
    decide(account, events=30, runs=180)
    clean(account, NOW)
    assert [event.pk for event in Event.objects.all()] == [lonely.pk]


def test_a_run_counts_from_its_end(account: PlatformAccount, past: Past) -> None:
    past.run(ago(100), took=timedelta(days=95))
    decide(account, runs=30)
    assert clean(account)["runs"] == {"deleted": 0, "spared": 1}


def test_another_accounts_rows_stay(account: PlatformAccount, past: Past) -> None:
    other = Past(PlatformAccount.objects.create(slug="globex", name="Globex"))
    for owner in (past, other):
        owner.run(ago(500), event=with_key(owner.event(ago(500))))
        owner.rejections(ago(500), 1)
    clean(account)
    assert [event.account_id for event in Event.objects.all()] == [other.account.pk]
    assert Execution.objects.get().account_id == other.account.pk
    assert Rejection.objects.get().source.account_id == other.account.pk
    assert EventKey.objects.get().event_id == Event.objects.get().pk
    assert EventPayload.objects.count() == 1


def test_a_policy_that_is_switched_off_in_the_middle_holds_at_once(
    account: PlatformAccount, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(KINDS["payloads"]), "batch", 2)
    for days in range(100, 110):
        past.event(ago(days))
    one_piece(account, monkeypatch)
    assert EventPayload.objects.count() == 8
    decide(account)
    one_piece(account, monkeypatch)
    assert EventPayload.objects.count() == 8
    assert Job.objects.get(kind="retention.clean").status == "completed"


def one_piece(account: PlatformAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the worker were ended behind each piece."""
    monkeypatch.setattr(run_jobs, "LIFE", 0)
    enqueue_job(kind="retention.clean", key=f"night:{account.pk}", account_id=account.pk, now=NOW)
    run_one_job(holder=str(uuid.uuid4()), now=NOW)


def test_interrupted_behind_every_piece_it_ends_the_same(
    account: PlatformAccount, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Past(PlatformAccount.objects.create(slug="globex", name="Globex"))
    for owner in (past, other):
        for number in range(30):
            event = owner.event(ago(401 + number), routed_at=None if number % 7 == 0 else NOW)
            status = "needs_attention" if number % 5 == 0 else "completed"
            owner.run(ago(401 + number), event=event, status=status)
    for kind in KINDS.values():
        monkeypatch.setattr(type(kind), "batch", 4)
    at_once = clean(other.account)
    for _ in range(60):
        one_piece(account, monkeypatch)
    job = Job.objects.get(key=f"night:{account.pk}")
    assert (job.status, job.result) == ("completed", at_once)
    left = [
        [model._default_manager.filter(account=owner.account).count() for model in (Event, Execution)]
        for owner in (past, other)
    ]
    assert left[0] == left[1]


def test_a_piece_costs_the_same_however_much_there_is(
    account: PlatformAccount, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        RetentionMark.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            clean(account)
        return len(captured.captured_queries)

    def grow(count: int) -> None:
        for number in range(count):
            past.run(ago(401 + number), event=past.event(ago(401 + number)))

    grow(2)
    cost()
    grow(2)
    few = cost()
    grow(60)
    assert cost() == few


def test_the_second_night_reads_nothing_of_what_the_first_has_cleaned(account: PlatformAccount, past: Past) -> None:
    for days in range(100, 120):
        past.event(ago(days))
    clean(account)
    shown = KINDS["payloads"].find(
        account_id=account.pk, before=ago(90), after=start_of(account.pk, "payloads"), limit=100
    )
    assert (list(shown.doomed), shown.spared) == ([], 0)
    past.event(ago(89))
    assert clean(account, NOW + timedelta(days=2))["payloads"]["deleted"] == 1


def test_a_preview_says_what_the_cleaning_then_does(
    account: PlatformAccount, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in range(395, 405):
        past.run(ago(days), event=past.event(ago(days)))
    past.run(ago(410), status="waiting", event=past.event(ago(410)))
    shown = {kind: preview(account_id=account.pk, kind=kind, now=NOW) for kind in KINDS}
    assert shown["payloads"].sentence == "10 rows are old enough to be deleted; 1 as old are spared."
    assert shown["notifications"].sentence == "Nothing is old enough to be deleted."
    before = Event.objects.count(), EventPayload.objects.count()
    result = clean(account)
    assert result["payloads"] == {"deleted": shown["payloads"].deleted, "spared": shown["payloads"].spared}
    assert result["runs"] == {"deleted": shown["runs"].deleted, "spared": shown["runs"].spared}
    assert before == (11, 11)
    monkeypatch.setattr("opsflows.upkeep.retention.preview.MOST", 3)
    decide(account, events=30, runs=30)
    assert preview(account_id=account.pk, kind="runs", now=NOW).sentence.startswith("more than")
    decide(account)
    assert preview(account_id=account.pk, kind="runs", now=NOW).sentence == "Nothing of this is deleted."


def test_administrators_are_told_once_what_went(account: PlatformAccount, past: Past) -> None:
    member(account, "ada", "admin")
    member(account, "vera", "viewer")
    past.run(ago(500), event=past.event(ago(500)))
    past.run(ago(500), status="waiting")
    clean(account)
    [message] = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "Acme: 3 old rows deleted on 2 March"
    assert "- Runs: 1; 1 as old were spared" in message.body
    job = Job.objects.get(kind="retention.report")
    assert message.extra_headers["Message-ID"].startswith(f"<retention.{job.pk}@")
    assert job.result == {"sent_to": 1}


def test_a_night_without_anything_old_writes_to_nobody(account: PlatformAccount, past: Past) -> None:
    member(account, "ada", "admin")
    clean(account)
    assert not mail.outbox


def test_only_administrators_set_policies(account: PlatformAccount) -> None:
    for role in ("viewer", "editor", "operator"):
        actor = Actor(account_id=account.pk, user_id=None, role=role, door="admin")
        with pytest.raises(Forbidden):
            set_policy(actor=actor, kind="runs", keep_days=30, is_active=True)
    assert not RetentionPolicy.objects.exists()
    actor = Actor(account_id=account.pk, user_id=member(account, "ada", "admin").pk, role="admin", door="admin")
    policy = set_policy(actor=actor, kind="runs", keep_days=30, is_active=True)
    assert policy.pk == RetentionPolicy.id_of(account.pk, "runs")
    set_policy(actor=actor, kind="runs", keep_days=60, is_active=False)
    assert [row.keep_days for row in policy.history.order_by("history_id")] == [30, 60]
    assert policies_of(account.pk)["runs"].is_active is False


@pytest.mark.parametrize(
    ("kind", "days", "field"), [("runs", 6, "keep_days"), ("runs", 99999, "keep_days"), ("versions", 9, "kind")]
)
def test_what_cannot_be_is_said_by_field(account: PlatformAccount, kind: str, days: int, field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        set_policy(actor=system_actor(account.pk), kind=kind, keep_days=days, is_active=True)
    assert list(raised.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (Event, {"EventPayload", "EventRepeat", "RoutingFailure", "Execution"}),
        (
            Execution,
            {"Step", "Variable", "QueueItem", "Fork", "EventWait", "FailureNotice", "StateChange", "Execution"},
        ),
        (EventPayload, set()),
        (Job, set()),
        (Notification, set()),
        (Rejection, set()),
    ],
)
def test_every_table_that_points_to_what_is_deleted_is_known(model: Any, known: set[str]) -> None:
    """A new one has to be thought of in the kind's own file: spared, or deleted along."""
    assert {relation.related_model.__name__ for relation in model._meta.related_objects} == known
