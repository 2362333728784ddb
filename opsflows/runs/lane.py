"""The runs lane: claims runs, leads them on, and commits what they did in groups."""

import logging
import uuid
from collections import deque
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Q

from opsflows.metrics import RUNS_FINISHED
from opsflows.queue.lanes import Lane, Worker, register
from opsflows.queue.transient import is_transient
from opsflows.runs.engine.claim import Claim, claim, claim_suspect, promote_due, suspects_wait
from opsflows.runs.engine.flush import Advance, flush
from opsflows.runs.engine.load import load
from opsflows.runs.engine.outgoing import Outgoing
from opsflows.runs.engine.progress import Calling, Ended, NeedsTransaction, Parked, Progress
from opsflows.runs.engine.run import Run
from opsflows.runs.engine.walk import walk
from opsflows.runs.models import QueueItem
from opsflows.runs.set_aside import set_aside
from opsflows.runs.waiting.look_back import Lookout
from opsflows.runs.waiting.unrouted import give_unrouted
from opsflows.workflows.registry import all_kinds

logger = logging.getLogger(__name__)

#: Runs written in one commit at most.
GROUP = 200
#: How often to look for runs that come one by one, as long as there are none.
SUSPECT_EVERY = timedelta(seconds=2)

#: Every so many claims one goes by age, so that a flood of urgent runs starves nobody.
BY_AGE = 5


@register
class RunsLane(Lane):
    """Holds each claimed run in memory until it rests; between two commits nothing waits for anything slow."""

    name = "runs"
    #: The lane at work in this process, if any: new runs may be born into its hands (start.py).
    present: ClassVar["RunsLane | None"] = None

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        type(self).present = self
        self._crowded = False
        #: Claims that went by priority since the last one that went by age.
        self._passed_over = 0
        #: A suspect waits for room; since when one is in hand. Meanwhile nothing else is taken.
        self._suspect_waits = False
        self._alone_since: datetime | None = None
        self._next_suspect = datetime.min.replace(tzinfo=UTC)
        self._held: dict[uuid.UUID, Run] = {}
        self._returned: deque[tuple[Outgoing, Any]] = deque()
        self._to_write: list[Advance] = []
        self._lookout = Lookout()

    @classmethod
    def preload(cls) -> None:
        all_kinds()

    @property
    def held(self) -> int:
        return len(self._held)

    def work(self, now: datetime) -> bool:
        self._collect()
        claimed = not self.worker.stopping.is_set() and self._claim(now)
        worked = self._write(now) or claimed
        return self._lookout.work(now) or worked

    @property
    def spare(self) -> int:
        """Seats that nobody is waiting for: none while there are claimable rows left, which go first."""
        if self._crowded or self._suspect_waits or self._alone_since or self.worker.stopping.is_set():
            return 0
        return self.worker.pool.seats - len(self._held)

    def adopt(self, runs: Sequence[Run], now: datetime) -> None:
        """Take over runs whose rows were committed as ours."""
        for run in runs:
            self._admit(run, now)

    def close(self) -> None:
        if type(self).present is self:
            type(self).present = None

    def next_due(self, now: datetime) -> datetime | None:
        waiting = QueueItem.objects.filter(status=QueueItem.Status.WAITING).order_by("scheduled_at")
        return waiting.values_list("scheduled_at", flat=True).first()

    def renew(self, until: datetime) -> None:
        held = list(self._held)
        if held:
            mine = QueueItem.objects.filter(id__in=held, worker_id=self.worker.id)
            mine.update(lease_expires_at=until)

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        held = QueueItem.objects.filter(status=QueueItem.Status.PROCESSING)
        lost = held.filter(Q(worker_id__in=worker_ids) | Q(lease_expires_at__lt=now))
        return lost.update(status=QueueItem.Status.QUEUED, worker_id=None, lease_expires_at=None)

    def _collect(self) -> None:
        while self._returned:
            outgoing, outcome = self._returned.popleft()
            self.worker.pool.taken -= 1
            self._to_write.append(outgoing.advance(outcome))

    def _claim(self, now: datetime) -> bool:
        promote_due(now=now)
        free = self.worker.pool.seats - len(self._held)
        if free <= 0:
            # Whoever waits goes before what is born next.
            self._crowded = True
            return False
        claims = self._next_claims(free, now)
        if not claims:
            return False
        runs, spoilt = load(claims)
        for lost, reason in spoilt:
            set_aside(item_id=lost.item_id, fence=lost.fence, reason=reason)
        give_unrouted(runs, now=now)
        for run in runs:
            self._admit(run, now)
        return True

    def _next_claims(self, free: int, now: datetime) -> list[Claim]:
        """As many rows as there are seats; or, now and then, one that may be what ends its workers, and it alone."""
        if self._alone_since:
            if self._held:
                return []
            # The others now get as long as this one took: a crowd of suspects, left by a crash that was none's fault,
            # is worked off soon, and a slow one holds nobody up for long.
            self._next_suspect, self._alone_since = now + (now - self._alone_since), None
        if now >= self._next_suspect:
            self._next_suspect = now + SUSPECT_EVERY
            self._suspect_waits = suspects_wait()
        if self._suspect_waits:
            if self._held:
                # Make room first: what is in hand would go down with it.
                return []
            self._suspect_waits = False
            claims = claim_suspect(worker_id=self.worker.id, now=now)
            self._alone_since = now if claims else None
            return claims
        # As long as more is due than there are seats, the oldest have their turn now and then, whatever is more urgent.
        self._passed_over = self._passed_over + 1 if self._crowded else 0
        by_age = self._passed_over == BY_AGE
        if by_age:
            self._passed_over = 0
        claims = claim(worker_id=self.worker.id, limit=free, now=now, oldest=by_age)
        self._crowded = len(claims) == free
        return claims

    def _admit(self, run: Run, now: datetime) -> None:
        """Lead a run that is ours as far as it goes without a commit."""
        self._held[run.item_id] = run
        try:
            progress = walk(run, now=now, in_transaction=False)
        except Exception as error:
            if is_transient(error):
                # Forgotten here, its lease runs out and somebody begins it anew.
                del self._held[run.item_id]
                raise
            logger.exception("Run %s cannot be walked.", run.execution_id)
            reason = f"This run could not be led on: {type(error).__name__}: {error}"
            self._to_write.append(Advance(run, [], spoilt=reason))
            return
        match progress.rest:
            case Calling(intent=False) if not self.worker.stopping.is_set():
                self._send(progress, unrecorded=True)
            case NeedsTransaction():
                self._to_write.append(Advance(progress.run, progress.records, variables=progress.variables))
            case Ended() | Parked():
                self._to_write.append(Advance(run, [], decided=progress))
            case Calling():
                self._to_write.append(Advance(run, []))

    def _write(self, now: datetime) -> bool:
        if not self._to_write:
            return False
        flush(
            self._to_write[:GROUP],
            worker_id=self.worker.id,
            now=now,
            committed=self._committed,
            hand_back=self.worker.stopping.is_set(),
        )
        return True

    def _committed(self, advances: Sequence[Advance], progresses: list[Progress]) -> None:
        del self._to_write[: len(advances)]
        self._lookout.notice(progresses)
        for advance in advances:
            self._held.pop(advance.run.item_id, None)
        for progress in progresses:
            if isinstance(progress.rest, Ended):
                RUNS_FINISHED.labels(progress.rest.status.value).inc()
            if isinstance(progress.rest, Calling):
                self._held[progress.run.item_id] = progress.run
                self._send(progress, unrecorded=False)

    def _send(self, progress: Progress, *, unrecorded: bool) -> None:
        assert isinstance(progress.rest, Calling)  # noqa: S101  (the callers matched it)
        outgoing = Outgoing(progress, progress.rest, unrecorded)
        self.worker.pool.taken += 1
        self.worker.pool.submit(outgoing.job(self.worker), basket=self._returned, tag=outgoing)
