"""Many failed runs, taken up by one job."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.queue import run_jobs
from opsflows.queue.models import Job
from opsflows.runs.models import Execution
from opsflows.runs.replay import retry_job
from opsflows.runs.replay.retry_many import RetryOver, retry_many, stop_retry
from opsflows.runs.replay.which import Which
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]
STEP = {"type": "probe_outside", "note": "{{n}}"}


def work(engine: Engine, pieces: int = 100) -> None:
    for _ in range(pieces):
        if not run_jobs.run_one_job(holder="test", now=engine.now):
            break


def failing(engine: Engine, count: int, *, first: int = 0) -> None:
    OutsideProbe.script[:] = [Fail("no") for _ in range(count)]
    for number in range(first, first + count):
        engine.emit("deal.won", n=number)
    engine.settle()


def statuses() -> dict[str, int]:
    found = list(Execution.objects.values_list("execution_status", flat=True))
    return {status: found.count(status) for status in set(found)}


def test_all_that_failed_go_on_each_once(
    engine: Engine, actor: Actor, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_job, "PIECE", 3)
    publish_flow(a=STEP)
    failing(engine, 7)
    engine.emit("deal.won", n=99)
    engine.settle()
    engine.pass_time(minutes=5)
    job = retry_many(actor=actor, which=Which(), how="failed_step", now=engine.now)
    work(engine)
    # One fails once more; that is no business of this job.
    OutsideProbe.script[:] = [Fail("again")]
    engine.pass_time(minutes=1)
    job.refresh_from_db()
    assert (job.status, job.done, job.total) == ("completed", 7, 7)
    assert job.result == {"taken_up": 7, "refused": 0, "reasons": {}}
    assert statuses() == {"completed": 7, "failed": 1}
    assert len(OutsideProbe.seen) == 7 + 1 + 7
    entries = AuditEntry.objects.filter(action="run.taken_up")
    assert [entry.detail["because"] for entry in entries] == [f"retry job {job.pk}"] * 7


def test_a_filter_narrows_it(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    one, two = publish_flow(a=STEP, name="One"), publish_flow(a=STEP, name="Two")
    failing(engine, 2)
    failing(engine, 2)
    middle = engine.now + timedelta(minutes=30)
    engine.pass_time(hours=1)
    failing(engine, 2)
    failing(engine, 2)

    def meant(**which: Any) -> int:
        return Which(**which).rows(actor.account_id, asked_at=engine.now).count()

    whole = meant()
    assert meant(workflow_id=one.pk) + meant(workflow_id=two.pk) == whole
    assert meant(until=middle) + meant(since=middle) == whole
    assert 0 < meant(until=middle) < whole
    # By their ids, which bear the machine's own time.
    assert meant(begun_since=middle.replace(year=2020)) == whole
    assert meant(begun_since=middle.replace(year=2999)) == 0
    assert meant(status="timeout") == 0
    ids = tuple(Execution.objects.filter(execution_status="failed").values_list("pk", flat=True)[:2])
    assert meant(ids=ids) == 2
    which = Which(ids=ids, workflow_id=one.pk, status="failed", since=middle, until=engine.now, begun_since=middle)
    assert Which.of_params(which.as_params()) == which


def test_started_again_once_however_often_the_piece_is_done(
    engine: Engine, actor: Actor, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_job, "PIECE", 2)
    publish_flow(a=STEP)
    failing(engine, 4)
    job = retry_many(actor=actor, which=Which(), how="start", now=engine.now)
    broken = iter([False, True])
    start_again = retry_job.start_again

    def breaks(**given: Any) -> Execution:
        run = start_again(**given)
        if next(broken, False):
            raise RuntimeError("the worker ends here")
        return run

    monkeypatch.setattr(retry_job, "start_again", breaks)
    work(engine)
    assert Execution.objects.exclude(replay_of=None).count() == 0
    engine.pass_time(minutes=5)
    work(engine)
    engine.settle()
    job.refresh_from_db()
    assert job.result["taken_up"] == 4
    replayed = list(Execution.objects.exclude(replay_of=None).values_list("replay_of", flat=True))
    assert len(replayed) == len(set(replayed)) == 4


def test_what_cannot_be_taken_up_is_counted_with_its_reason(
    engine: Engine, actor: Actor, publish_flow: Publish
) -> None:
    publish_flow(a=STEP)
    failing(engine, 3)
    Execution.objects.filter(pk=Execution.objects.first().pk).update(current_step=None)  # type: ignore[union-attr]
    job = retry_many(actor=actor, which=Which(), how="failed_step", now=engine.now)
    work(engine)
    job.refresh_from_db()
    reason = "It failed before its first step; start it again from the start."
    assert job.result == {"taken_up": 2, "refused": 1, "reasons": {reason: 1}}


def test_it_can_be_stopped(
    engine: Engine, actor: Actor, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_job, "PIECE", 1)
    publish_flow(a=STEP)
    failing(engine, 3)
    job = retry_many(actor=actor, which=Which(), how="failed_step", now=engine.now)
    retry_runs = retry_job._retry

    def stops(*given: Any) -> str | None:
        stop_retry(actor=actor, job_id=job.pk, now=engine.now)
        return retry_runs(*given)

    monkeypatch.setattr(retry_job, "_retry", stops)
    work(engine)
    job.refresh_from_db()
    assert (job.status, job.done) == ("cancelled", 1)
    assert statuses() == {"failed": 2, "running": 1}
    with pytest.raises(RetryOver):
        stop_retry(actor=actor, job_id=job.pk, now=engine.now)


def test_a_key_asks_once_and_nothing_to_do_is_said(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(a=STEP)
    with pytest.raises(ValidationError, match="No run that failed"):
        retry_many(actor=actor, which=Which(), how="failed_step", now=engine.now)
    failing(engine, 1)
    one = retry_many(actor=actor, which=Which(), how="failed_step", key="k", now=engine.now)
    two = retry_many(actor=actor, which=Which(), how="failed_step", key="k", now=engine.now)
    assert one.pk == two.pk
    for given, field in (({"how": "x"}, "how"), ({"which": Which(status="running")}, "status")):
        with pytest.raises(ValidationError) as refused:
            retry_many(**{"actor": actor, "which": Which(), "how": "start", "now": engine.now} | given)  # type: ignore[arg-type]
        assert list(refused.value.message_dict) == [field]


def test_other_accounts_are_left_alone(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(a=STEP)
    failing(engine, 1)
    job = retry_many(actor=actor, which=Which(), how="failed_step", now=engine.now)
    stranger = system_actor(PlatformAccount.objects.create(slug="b", name="B").pk)
    with pytest.raises(ValidationError, match="No run that failed"):
        retry_many(actor=stranger, which=Which(ids=(engine.run().pk,)), how="failed_step", now=engine.now)
    with pytest.raises(Job.DoesNotExist):
        stop_retry(actor=stranger, job_id=job.pk, now=engine.now)
    with pytest.raises(Forbidden):
        retry_many(
            actor=Actor(account_id=actor.account_id, user_id=None, role="editor", door="api"),
            which=Which(),
            how="failed_step",
            now=engine.now,
        )
