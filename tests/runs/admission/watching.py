"""What must be so of gates at any moment, whatever has happened."""

from collections import Counter
from typing import Any

from opsflows.runs.models import Execution, Gate, QueueItem

_OVER = list(Execution.TERMINAL)


def check_gates(limit: int) -> None:
    """Nobody too many inside, nobody outside without need, no gate for nobody, and no row for a run that is over."""
    rows = QueueItem.objects.filter(gate__isnull=False)
    blocked = Counter(rows.filter(status=QueueItem.Status.BLOCKED).values_list("gate", flat=True))
    inside = Counter(rows.exclude(status=QueueItem.Status.BLOCKED).values_list("gate", flat=True))
    assert all(count <= limit for count in inside.values()), inside
    assert all(inside[gate] == limit for gate in blocked), (inside, blocked)
    assert set(Gate.objects.values_list("pk", flat=True)) == set(blocked) | set(inside)
    assert not rows.filter(execution__execution_status__in=_OVER).exists()
    unbegun = Execution.objects.filter(queue_items__status=QueueItem.Status.BLOCKED)
    assert not unbegun.exclude(execution_status=Execution.Status.WAITING, deadline_at=None).exists()
    # Every run that passed a gate and is not over still holds its place.
    alive = Execution.objects.exclude(execution_status__in=_OVER).count()
    assert alive == QueueItem.objects.filter(branch=None).count()


def most_in_an_hour(starts: list[Any], hour: Any) -> int:
    """The fullest hour that begins with one of `starts`."""
    return max((sum(1 for other in starts if start <= other < start + hour) for start in starts), default=0)
