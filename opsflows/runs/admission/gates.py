"""Gates under lock: who is inside, who comes in next."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from opsflows.queue.bell import ring
from opsflows.queue.bulk import update_rows
from opsflows.queue.ids import new_id
from opsflows.runs.admission.paces import Paces
from opsflows.runs.models import Execution, Gate, QueueItem
from opsflows.workflows.cache import definition, warm
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.settings import DEFAULT_TIMEOUT, RunSettings

#: Runs that one transaction lets into one gate at most, where a limit was lifted; the others follow as these end.
MOST = 1000
#: By workflow and key.
Name = tuple[uuid.UUID, str]

_INSIDE = [status for status in QueueItem.Status if status != QueueItem.Status.BLOCKED]
_LOCK = """
INSERT INTO workflow_gates (id, workflow_id, key) VALUES {rows}
ON CONFLICT (workflow_id, key) DO UPDATE SET key = excluded.key
RETURNING id, workflow_id, key
"""


@dataclass(slots=True)
class Line:
    """A gate after everybody who could come in has come in."""

    gate_id: uuid.UUID
    workflow_id: uuid.UUID
    #: Places left for who comes now: none as long as others wait.
    room: int
    #: Nobody is inside and nobody waits.
    is_empty: bool


def open_gates(names: Iterable[Name]) -> dict[Name, uuid.UUID]:
    """The gates of these names, locked in one order; those that are not there are made.

    One statement, for a gate may be taken down by its last run at any time until it is locked.
    """
    wanted = sorted(set(names))
    if not wanted:
        return {}
    column = Gate._meta.pk.get_db_prep_value
    given = [
        value
        for workflow_id, key in wanted
        for value in (column(new_id(), connection), column(workflow_id, connection), key)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(rows=", ".join(["(%s, %s, %s)"] * len(wanted))), given)
        return {(_uuid(row[1]), row[2]): _uuid(row[0]) for row in cursor.fetchall()}


def lock_gates(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Those of the gates that are still there, locked in the same order, with their workflows."""
    rows = Gate.objects.filter(pk__in=list(ids)).order_by("workflow_id", "key").select_for_update()
    return dict(rows.values_list("pk", "workflow_id"))


def take_down(ids: Sequence[uuid.UUID]) -> None:
    """Delete gates that are locked and empty."""
    if ids:
        Gate.objects.filter(pk__in=ids)._raw_delete(using="default")


def let_in(
    gates: Mapping[uuid.UUID, uuid.UUID], rules: Mapping[uuid.UUID, RunSettings], paces: Paces, *, now: datetime
) -> dict[uuid.UUID, Line]:
    """Let in whoever there is room for; what is then left, by gate. `gates` (with their workflows) are locked."""
    lines: dict[uuid.UUID, Line] = {}
    entering: list[QueueItem] = []
    for gate_id, inside, someone_waits in _standing(gates):
        concurrency = rules[gates[gate_id]].concurrency
        room = MOST if concurrency is None else max(0, concurrency.limit - inside)
        next_in = _first(gate_id, room) if someone_waits and room else []
        entering += next_in
        everybody = not someone_waits or len(next_in) < room
        left = room - len(next_in) if everybody else 0
        is_empty = not inside and not next_in and everybody
        lines[gate_id] = Line(gate_id, gates[gate_id], left, is_empty)
    begin(entering, paces, now=now)
    return lines


def _standing(gates: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, int, bool]]:
    """How many are inside each gate, and whether somebody waits at it."""
    here = QueueItem.objects.filter(gate=OuterRef("pk")).order_by()
    inside = here.filter(status__in=_INSIDE).values("gate").annotate(n=Count("pk")).values("n")
    rows = Gate.objects.filter(pk__in=list(gates)).annotate(
        inside=Coalesce(Subquery(inside, output_field=IntegerField()), 0),
        someone_waits=Exists(here.filter(status=QueueItem.Status.BLOCKED)),
    )
    return list(rows.values_list("pk", "inside", "someone_waits"))


def _first(gate_id: uuid.UUID, room: int) -> list[QueueItem]:
    """The next ones, locked. Who is being cancelled at this moment is waited for, and then is not among them."""
    blocked = QueueItem.objects.filter(gate=gate_id, status=QueueItem.Status.BLOCKED).order_by("turn")
    return list(to_begin(blocked).select_for_update(of=("self",))[: min(room, MOST)])


def to_begin(rows: QuerySet[QueueItem]) -> QuerySet[QueueItem]:
    """With what `begin` reads of them."""
    return rows.select_related("execution").only(
        "id", "workflow_id", "generation", "execution__version_id", "execution__origin"
    )


def begin(items: Sequence[QueueItem], paces: Paces, *, now: datetime) -> None:
    """Let runs that have waited begin, at once or when the hour has room; their rows are locked."""
    if not items:
        return
    warm({item.execution.version_id for item in items})
    rows, runs = [], []
    for item in items:
        # One that is taken up again was counted when it began.
        is_counted = item.execution.origin != Execution.Origin.PERSON and item.generation == 0
        due = paces.start_in_turn(item.workflow_id, now) if is_counted else now
        is_due = due <= now
        status = QueueItem.Status.QUEUED if is_due else QueueItem.Status.WAITING
        rows.append((item.pk, status.value, due, due))
        state = Execution.Status.RUNNING if is_due else Execution.Status.WAITING
        # Its time counts from here: it has done nothing but stand in line so far.
        runs.append((item.execution_id, state.value, due + _timeout(item.execution.version_id)))
    update_rows(QueueItem, ("status", "scheduled_at", "entered_at"), rows)
    update_rows(Execution, ("execution_status", "deadline_at"), runs)
    ring()


def _timeout(version_id: uuid.UUID) -> timedelta:
    try:
        return definition(version_id).timeout
    except InvalidDefinition:
        return DEFAULT_TIMEOUT


def _uuid(value: object) -> uuid.UUID:
    # SQLite hands back what it stores.
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
