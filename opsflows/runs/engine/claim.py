"""Claim queue rows: one conditional statement, no more rows than there are free seats."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.heartbeat import LEASE
from opsflows.runs.engine.run import Position
from opsflows.runs.models import QueueItem

#: A row that was claimed so often without progress may be what ends its workers; it is then claimed alone.
SUSPECT = 3
#: And after so many claims it is set aside for a person.
POISONED = 8

_SKIP_LOCKED = {"postgresql": "FOR UPDATE SKIP LOCKED"}
_COLUMNS = (
    "id, fence, claims, execution_id, trigger_data, node_id, iteration, generation, attempt, entered_at, resumes, "
    "created_at, branch_id, gate_id, cancel_requested"
)
_CLAIM = """
UPDATE workflow_queue SET status = 'processing', worker_id = %s, lease_expires_at = %s, claims = claims + 1,
    fence = fence + 1
WHERE id IN (
    SELECT id FROM workflow_queue WHERE status = 'queued' AND claims {comparison} %s
    ORDER BY {order} LIMIT %s {lock}
)
RETURNING {columns}
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A queue row that is ours until its lease runs out."""

    item_id: uuid.UUID
    fence: int
    claims: int
    execution_id: uuid.UUID
    position: Position
    woken_by: Any
    created_at: datetime
    branch_id: uuid.UUID | None = None
    gate_id: uuid.UUID | None = None
    end_asked: bool = False

    @property
    def is_fresh(self) -> bool:
        """Nothing of this run can be in the database yet besides its start: this is its first claim of all."""
        position = self.position
        untouched = position.attempt == 1 and position.generation == 0 and not position.resumes
        return self.fence == 1 and untouched and self.branch_id is None


def promote_due(*, now: datetime) -> int:
    """Queue what has waited long enough; how many rows."""
    due = QueueItem.objects.filter(status=QueueItem.Status.WAITING, scheduled_at__lte=now)
    if not due.order_by().exists():
        return 0
    return due.update(status=QueueItem.Status.QUEUED)


def claim(*, worker_id: uuid.UUID, limit: int, now: datetime, oldest: bool = False) -> list[Claim]:
    """Claim up to `limit` rows, by priority and then by time, or the `oldest` first; suspects are left out."""
    return _claim(worker_id, limit, now, comparison="<", order="scheduled_at" if oldest else "priority, scheduled_at")


def suspects_wait() -> bool:
    """Whether rows wait that were claimed `SUSPECT` times without progress."""
    return QueueItem.objects.filter(status=QueueItem.Status.QUEUED, claims__gte=SUSPECT).exists()


def claim_suspect(*, worker_id: uuid.UUID, now: datetime) -> list[Claim]:
    """Claim one suspect. It must be the only row in hand: if it ends the worker again, it ends it alone."""
    return _claim(worker_id, 1, now, comparison=">=")


def _claim(
    worker_id: uuid.UUID, limit: int, now: datetime, *, comparison: str, order: str = "priority, scheduled_at"
) -> list[Claim]:
    lock = _SKIP_LOCKED.get(connection.vendor, "")
    statement = _CLAIM.format(comparison=comparison, columns=_COLUMNS, order=order, lock=lock)
    key = QueueItem._meta.pk.get_db_prep_value
    moment = QueueItem._meta.get_field("lease_expires_at").get_db_prep_value
    with connection.cursor() as cursor:
        cursor.execute(statement, [key(worker_id, connection), moment(now + LEASE, connection), SUSPECT, limit])
        rows = cursor.fetchall()
    return [_read(row) for row in rows]


def _read(row: tuple[Any, ...]) -> Claim:
    return Claim(
        item_id=_uuid(row[0]),
        fence=row[1],
        claims=row[2],
        execution_id=_uuid(row[3]),
        woken_by=ExactJSONField().from_db_value(row[4], None, connection),
        position=Position(
            node_id=row[5],
            iteration=row[6],
            generation=row[7],
            attempt=row[8],
            entered_at=_moment(row[9]),
            resumes=bool(row[10]),
        ),
        created_at=_moment(row[11]),
        branch_id=_uuid(row[12]) if row[12] else None,
        gate_id=_uuid(row[13]) if row[13] else None,
        end_asked=bool(row[14]),
    )


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _moment(value: Any) -> datetime:
    # SQLite hands back what it stores: UTC without a zone, as a text or already parsed.
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
