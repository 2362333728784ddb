"""The kinds of which nothing hangs: counts of refused requests, notifications, finished jobs, fires of schedules."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.events.models import Rejection
from opsflows.messages.models import Notification
from opsflows.queue.ids import first_id
from opsflows.queue.models import Job
from opsflows.schedules.models import ScheduleFire
from opsflows.upkeep.models import RetentionPolicy
from opsflows.upkeep.retention.kind import Found, RetentionKind, found


class Rejections(RetentionKind):
    kind = RetentionPolicy.Kind.REJECTIONS
    icon = "block"
    keep_days = 30
    what = "How often requests were refused, by hour and reason. The refused requests themselves are never kept."

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Rejection.objects.filter(source__account=account_id, hour__lt=before)
        if after is not None:
            rows = rows.filter(id__gt=after)
        return found(list(rows.order_by("id").values_list("id", flat=True)[:limit]), set(), limit)

    def delete(self, keys: Sequence[Any]) -> int:
        return Rejection.objects.filter(id__in=keys)._raw_delete(using="default")


class Notifications(RetentionKind):
    kind = RetentionPolicy.Kind.NOTIFICATIONS
    icon = "notifications"
    keep_days = 90
    what = "What people were told inside OpsFlows, read or not."

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Notification.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        return found(list(rows.order_by("id").values_list("id", flat=True)[:limit]), set(), limit)

    def delete(self, keys: Sequence[Any]) -> int:
        return Notification.objects.filter(id__in=keys)._raw_delete(using="default")


class Jobs(RetentionKind):
    kind = RetentionPolicy.Kind.JOBS
    icon = "manufacturing"
    keep_days = 30
    what = "Jobs that are over, with their results."
    spares = "Jobs that are not over."

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Job.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        jobs = dict(rows.order_by("id").values_list("id", "status")[:limit])
        unfinished = {job_id for job_id, status in jobs.items() if status not in Job.TERMINAL}
        return found(list(jobs), unfinished, limit)

    def delete(self, keys: Sequence[Any]) -> int:
        return Job.objects.filter(id__in=keys, status__in=Job.TERMINAL)._raw_delete(using="default")


class Fires(RetentionKind):
    kind = RetentionPolicy.Kind.FIRES
    icon = "alarm"
    keep_days = 90
    what = "What schedules did each time they fired. The schedules themselves stay, and nothing is fired again."

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = ScheduleFire.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        return found(list(rows.order_by("id").values_list("id", flat=True)[:limit]), set(), limit)

    def delete(self, keys: Sequence[Any]) -> int:
        return ScheduleFire.objects.filter(id__in=keys)._raw_delete(using="default")
