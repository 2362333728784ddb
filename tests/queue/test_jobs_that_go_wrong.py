"""Jobs whose pieces cannot be kept, or whose process is ended: nothing is passed over, and nobody is held up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from opsflows.accounts.models import ManagedSite, PlatformAccount
from opsflows.queue import job_kinds, run_jobs
from opsflows.queue.enqueue_job import cancel_job, enqueue_job
from opsflows.queue.ids import new_id
from opsflows.queue.job_kinds import Progress, Slice, job
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import LEASE, MAX_ATTEMPTS, run_one_job

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process is ended in the middle of a piece."""


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_kinds, "_kinds", dict(job_kinds.job_kinds()))

    @job("make", label="Make")
    def make(piece: Slice) -> Progress:
        """Three accounts, one a piece."""
        number = piece.state.get("made", 0) + 1
        PlatformAccount.objects.create(slug=f"made-{number}", name="Made")
        return Progress(number == 3, {"made": number}, done=number)

    @job("kill", label="Kill")
    def kill(piece: Slice) -> Progress:
        raise Killed

    @job("dangle", label="Dangle")
    def dangle(piece: Slice) -> Progress:
        """Breaks a rule of the database that is only held when the piece is committed."""
        ManagedSite.objects.create(account_id=new_id(), name="Nobody's", domain="example.com")
        return Progress(True)


@pytest.mark.django_db(transaction=True)
def test_a_piece_that_was_undone_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    write, broken = run_jobs._write, [True]

    def write_once_in_vain(row: Job) -> bool:
        if row.done == 2 and broken:
            broken.clear()
            raise OperationalError("canceling statement due to statement timeout")
        return write(row)

    monkeypatch.setattr(run_jobs, "_write", write_once_in_vain)
    enqueue_job(kind="make", key="k", now=NOW)
    run_one_job(holder="here", now=NOW)
    row = Job.objects.get()
    assert (row.status, row.state, row.done, row.finished_at) == ("queued", {"made": 1}, 1, None)
    run_one_job(holder="here", now=NOW + timedelta(hours=1))
    assert PlatformAccount.objects.filter(slug__startswith="made-").count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_piece_that_cannot_be_committed_ends_its_job() -> None:
    enqueue_job(kind="dangle", key="k", now=NOW)
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        assert run_one_job(holder="here", now=now) == 1
        row = Job.objects.get()
        now = max(now, row.scheduled_at)
    assert (row.status, row.attempts, row.result) == ("failed", MAX_ATTEMPTS, None)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_ends_its_worker_holds_nobody_up_for_ever() -> None:
    enqueue_job(kind="kill", key="first", now=NOW)
    enqueue_job(kind="make", key="second", now=NOW)
    now = NOW
    for _ in range(20):
        try:
            run_one_job(holder="here", now=now)
        except Killed:
            now += LEASE
    first, second = Job.objects.order_by("key")
    assert (first.status, second.status) == ("failed", "completed")
    assert "worker ended" in (first.error_message or "")


@pytest.mark.django_db(transaction=True)
def test_a_stopped_job_is_not_begun_again_by_who_takes_it_over() -> None:
    enqueue_job(kind="kill", key="k", now=NOW)
    with pytest.raises(Killed):
        run_one_job(holder="here", now=NOW)
    cancel_job(job_id=Job.objects.get().pk, now=NOW)
    run_one_job(holder="there", now=NOW + LEASE)
    assert Job.objects.get().status == "cancelled"
