"""Schedules in the admin."""

from opsflows.schedules.admin.fire import FireAdmin
from opsflows.schedules.admin.schedule import ScheduleAdmin

__all__ = ["FireAdmin", "ScheduleAdmin"]
