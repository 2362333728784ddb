"""When an account works: its calendars, their weekly hours, and the days that are otherwise."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.named import Named
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id
from opsflows.rules.business_calendar import DAY_MINUTES

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class BusinessCalendar(Named):
    """Hours and holidays that business time is counted by. Rules use the account's default; without one, see
    `opsflows.rules.usual_calendar`."""

    zone = models.CharField("time zone", max_length=63, blank=True)  # Empty: the account's.
    country = models.CharField("public holidays of", max_length=2, blank=True)
    subdivision = models.CharField("state or region", max_length=40, blank=True)
    is_default = models.BooleanField("default", default=False)
    history = tracked(excluded=["name_key"])

    class Meta:
        db_table = "business_calendars"
        ordering = ["name_key"]
        verbose_name = "business calendar"
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="business_calendar_name_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default=True), name="business_calendar_one_default"
            ),
            models.CheckConstraint(
                condition=Q(subdivision="") | ~Q(country=""), name="business_calendar_region_of_a_country"
            ),
        ]


class BusinessHours(models.Model):
    """One stretch of a weekday, in minutes after midnight on the wall clock; a day with a lunch break has two."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it.
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="hours", db_index=False)
    weekday = models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)))
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    history = tracked()

    class Meta:
        db_table = "business_hours"
        ordering = ["weekday", "opens"]
        verbose_name_plural = "business hours"
        constraints = [
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="business_hours_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="business_hours_weekday"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=DAY_MINUTES), name="business_hours_open_before_closing"
            ),
        ]

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.opens}-{self.closes}"


class OwnDay(models.Model):
    """A day that the account decided about by hand: closed, or open in spite of a public holiday."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it.
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="own_days", db_index=False)
    day = models.DateField()
    name = models.CharField(max_length=100)
    is_open = models.BooleanField(default=False)
    history = tracked()

    class Meta:
        db_table = "business_own_days"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="own_day_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class CalendarRevision(models.Model):
    """Which state the account's calendars are in, for the memory of every worker. Machine state: has no history.

    A fresh id on every change, so that one which was rolled back is never met again.
    """

    account = models.OneToOneField(
        "accounts.PlatformAccount", on_delete=models.CASCADE, primary_key=True, related_name="calendars"
    )
    revision = models.UUIDField(default=new_id)

    class Meta:
        db_table = "calendar_revisions"

    def __str__(self) -> str:
        return str(self.revision)
