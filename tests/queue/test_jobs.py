"""Jobs are done piece by piece, once per key, and go on where a crash cut them off."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from opsflows.accounts.models import PlatformAccount
from opsflows.queue import job_kinds
from opsflows.queue.enqueue_job import cancel_job, enqueue_job
from opsflows.queue.job_kinds import Progress, Slice, job
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import LEASE, MAX_ATTEMPTS, is_busy, run_one_job

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class BoomError(Exception):
    pass


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_kinds, "_kinds", dict(job_kinds.job_kinds()))

    @job("make-accounts", label="Make accounts")
    def make(piece: Slice) -> Progress:
        """One account a piece, until there are as many as asked for; breaks where it is told to."""
        number = piece.state.get("made", 0) + 1
        PlatformAccount.objects.create(slug=f"made-{number}", name="Made")
        if number == piece.params.get("break_at"):
            raise BoomError
        total = piece.params["total"]
        return Progress(number == total, {"made": number}, number, total, f"at {number}", result={"made": number})


def ask(**params: int) -> Job:
    return enqueue_job(kind="make-accounts", key="k", params=params, now=NOW)


@pytest.mark.django_db
def test_a_job_is_done_piece_by_piece(kinds: None) -> None:
    job_id = ask(total=3).pk
    assert run_one_job(holder="here", now=NOW) == 3
    row = Job.objects.get(pk=job_id)
    assert (row.status, row.done, row.total, row.result) == ("completed", 3, 3, {"made": 3})
    assert PlatformAccount.objects.count() == 3
    assert run_one_job(holder="here", now=NOW) == 0


@pytest.mark.django_db
def test_a_key_is_done_once(kinds: None) -> None:
    assert ask(total=1).pk == ask(total=1).pk
    run_one_job(holder="here", now=NOW)
    assert ask(total=1).status == "completed"
    assert run_one_job(holder="here", now=NOW) == 0


@pytest.mark.django_db
def test_a_piece_that_breaks_leaves_nothing_and_is_tried_again(kinds: None) -> None:
    ask(total=3, break_at=2)
    now = NOW
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert run_one_job(holder="here", now=now) > 0
        assert PlatformAccount.objects.count() == 1
        row = Job.objects.get()
        assert row.attempts == attempt
        now = max(now, row.scheduled_at)
    assert (row.status, row.error_message, row.done) == ("failed", "BoomError: ", 1)


@pytest.mark.django_db
def test_a_job_whose_worker_died_goes_on_behind_its_last_piece(kinds: None) -> None:
    ask(total=3)
    PlatformAccount.objects.create(slug="made-1", name="Made")
    Job.objects.update(
        status="running", holder="dead", worker_id=uuid.uuid4(), lease_expires_at=NOW + LEASE, state={"made": 1}, done=1
    )
    assert is_busy("dead", now=NOW)
    assert run_one_job(holder="here", now=NOW) == 0
    assert run_one_job(holder="here", now=NOW + LEASE) == 2
    assert PlatformAccount.objects.count() == 3


@pytest.mark.django_db
def test_who_lost_a_job_undoes_the_piece(kinds: None) -> None:
    @job("lose", label="Lose")
    def lose(piece: Slice) -> Progress:
        PlatformAccount.objects.create(slug="mine", name="Mine")
        Job.objects.update(fence=99, worker_id=uuid.uuid4())
        return Progress(True)

    enqueue_job(kind="lose", key="k", now=NOW)
    run_one_job(holder="here", now=NOW)
    assert not PlatformAccount.objects.exists()
    assert Job.objects.get().status == "running"


@pytest.mark.django_db
def test_a_job_is_not_begun_before_it_is_due(kinds: None) -> None:
    enqueue_job(kind="make-accounts", key="k", params={"total": 1}, now=NOW, due=NOW + timedelta(hours=1))
    assert run_one_job(holder="here", now=NOW) == 0
    assert run_one_job(holder="here", now=NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_cancelling_stops_a_job_behind_the_piece_under_way(kinds: None) -> None:
    @job("cancelled", label="Cancelled")
    def cancelled(piece: Slice) -> Progress:
        cancel_job(job_id=piece.job_id, now=NOW)
        PlatformAccount.objects.create(slug="kept", name="Kept")
        return Progress(False, done=1)

    enqueue_job(kind="cancelled", key="k", now=NOW)
    waiting = enqueue_job(kind="cancelled", key="later", now=NOW, due=NOW + timedelta(hours=1))
    cancel_job(job_id=waiting.pk, now=NOW)
    run_one_job(holder="here", now=NOW)
    assert list(Job.objects.order_by("key").values_list("status", "done")) == [("cancelled", 1), ("cancelled", 0)]
    assert PlatformAccount.objects.count() == 1


@pytest.mark.django_db
def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LookupError, match="nobody"):
        enqueue_job(kind="nobody", key="k", now=NOW)
