"""`/api/schedules`."""

from opsflows.schedules.api.views import SchedulesView, ScheduleView

__all__ = ["ScheduleView", "SchedulesView"]
