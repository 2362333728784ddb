"""Who waits to begin, and behind how many: what pages show of it."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from opsflows.runs.models import Pace, QueueItem

#: So many in a line are looked at; who stands behind them is behind "many".
LOOKED_AT = 2000


def waits_for_the_hour(items: QuerySet[QueueItem]) -> QuerySet[QueueItem]:
    """Those that were given a start later than now and have not begun: nothing of them was done or waited for yet."""
    return items.filter(
        turn__isnull=False, status=QueueItem.Status.WAITING, resumes=False, attempt=1, generation=0, branch=None
    )
