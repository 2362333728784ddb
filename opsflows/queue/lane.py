"""The lane of jobs: sees what is due and has django-q2 do it in a process beside the drains."""

import time
import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import Min
from django_q.conf import Conf
from django_q.tasks import async_task

from opsflows.queue.job_kinds import job_kinds
from opsflows.queue.lanes import Lane, register
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import is_busy

#: Seconds between two looks; a task that was called gets this many to claim something before it is called again.
LOOK_EVERY = 1.0
CALL_AGAIN = 5.0


@register
class JobsLane(Lane):
    """Holds nothing itself: a job's lease belongs to the process that does it."""

    name = "jobs"
    _looked = 0.0
    _called = 0.0

    def work(self, now: datetime) -> bool:
        moment = time.monotonic()
        if moment - self._looked < LOOK_EVERY or self.worker.stopping.is_set():
            return False
        self._looked = moment
        if moment - self._called < CALL_AGAIN or not _is_due(now) or is_busy(Conf.CLUSTER_NAME, now=now):
            return False
        self._called = moment
        async_task("opsflows.queue.run_jobs.run_jobs", Conf.CLUSTER_NAME, group="jobs", save=False)
        return False

    def next_due(self, now: datetime) -> datetime | None:
        queued = Job.objects.filter(status=Job.Status.QUEUED, scheduled_at__gt=now)
        due: datetime | None = queued.aggregate(due=Min("scheduled_at"))["due"]
        return due

    def renew(self, until: datetime) -> None:
        """A job renews its own lease with every piece."""

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Leases of jobs run out by themselves; whoever is asked next takes the job over."""
        return 0

    @classmethod
    def preload(cls) -> None:
        job_kinds()


def _is_due(now: datetime) -> bool:
    due = Job.objects.filter(status=Job.Status.QUEUED, scheduled_at__lte=now)
    lost = Job.objects.filter(status=Job.Status.RUNNING, lease_expires_at__lte=now)
    return due.exists() or lost.exists()
