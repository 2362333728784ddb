"""What will happen by itself: the schedules that fire next."""

from collections.abc import Sequence

from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.admin_site.sidebar import may
from opsflows.schedules.models import ScheduleState

_LISTED = 4


def next_schedules(request: HttpRequest) -> Sequence[ScheduleState]:
    """The next of the account's schedules, the nearest first. There are only as many as staff have written."""
    membership = current_membership(request)
    if membership is None or not may(request, "schedules.Schedule"):
        return ()
    rows = ScheduleState.objects.filter(next_fire_at__isnull=False, schedule__account=membership.account_id)
    shown = rows.select_related("schedule").only("next_fire_at", "schedule__name")
    return list(shown.order_by("next_fire_at")[:_LISTED])
