"""Schedules, where each of them stands, and what each of their fires did."""

import zoneinfo
from datetime import timedelta

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User, check_zone
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.schedules.cron import MAX_LENGTH
from opsflows.schedules.missed import MOST_MADE_UP
from opsflows.workflows.models import Workflow

DEFAULT_GRACE = 12 * 60


class Schedule(models.Model):
    """When, in which zone, and what then: start a workflow, or send an event. Written by staff alone."""

    class Misfire(models.TextChoices):
        ONCE = "once", "Make up for the latest one"
        ALL = "all", f"Make up for each, at most the latest {MOST_MADE_UP}"
        SKIP = "skip", "Leave them out"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The indexes begin with the account.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=255)
    cron = models.CharField(max_length=MAX_LENGTH, help_text="Minute, hour, day of the month, month, weekday.")
    zone = models.CharField(max_length=63, validators=[check_zone], help_text="Whose clocks are meant.")
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, null=True, blank=True, related_name="schedules")
    # Kept by publishing (follow_trigger.py), and changed by nothing else.
    of_trigger = models.BooleanField(
        "the workflow's trigger",
        default=False,
        db_default=False,
        editable=False,
        help_text="Made by its workflow's trigger.",
    )
    event_name = models.CharField(max_length=255, blank=True)
    data = ExactJSONField(default=dict, blank=True, help_text="What the run or the event carries; texts are templates.")
    is_active = models.BooleanField("active", default=True)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Not before.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Not after.")
    misfire = models.CharField(max_length=8, choices=Misfire.choices, default=Misfire.ONCE)
    grace_minutes = models.PositiveIntegerField(
        default=DEFAULT_GRACE, help_text="The latest one is made up for as long as it is no older than this."
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "schedules"
        ordering = ["name"]
        constraints = [
            # One of a trigger is called as its workflow is, and workflows may share a name.
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(of_trigger=False), name="schedule_name_once"
            ),
            models.UniqueConstraint(
                fields=["workflow"], condition=Q(of_trigger=True), name="schedule_one_of_a_trigger"
            ),
            models.CheckConstraint(
                condition=Q(of_trigger=False) | Q(workflow__isnull=False), name="schedule_of_a_trigger_starts_it"
            ),
            models.CheckConstraint(
                condition=Q(workflow__isnull=False, event_name="") | (Q(workflow__isnull=True) & ~Q(event_name="")),
                name="schedule_does_one_thing",
            ),
            models.CheckConstraint(condition=Q(misfire__in=["once", "all", "skip"]), name="schedule_misfire_known"),
        ]
        indexes = [
            # GET /api/schedules: an account's, newest first.
            models.Index(fields=["account", "-id"], name="schedule_newest"),
            # The admin's list, by name.
            models.Index(fields=["account", "name"], name="schedule_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def grace(self) -> timedelta:
        """How old the latest missed fire may be to be made up."""
        return timedelta(minutes=self.grace_minutes)

    @property
    def place(self) -> zoneinfo.ZoneInfo:
        """The zone itself."""
        return zoneinfo.ZoneInfo(self.zone)


class ScheduleState(models.Model):
    """Where a schedule stands; written by workers with every fire, and so no part of its history.

    Whoever fires a schedule, or changes when it fires, holds the lock of this row.
    """

    schedule = models.OneToOneField(Schedule, on_delete=models.CASCADE, primary_key=True, related_name="state")
    next_fire_at = models.DateTimeField(null=True, blank=True, help_text="None: it is off, or over.")
    # Every fire up to here has been made, made up, or left out.
    handled_until = models.DateTimeField()
    last_fire_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why it stands still although it is switched on.")

    class Meta:
        db_table = "schedule_states"
        indexes = [
            # The lane: what is due, and what is due next.
            models.Index(fields=["next_fire_at"], name="schedule_due", condition=Q(next_fire_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"next {self.next_fire_at:%Y-%m-%d %H:%M}" if self.next_fire_at else "no next"


class ScheduleFire(models.Model):
    """One fire of a schedule and what it did; written in the transaction of that very event or run."""

    class Outcome(models.TextChoices):
        EVENT = "event", "Sent an event"
        RUN = "run", "Started a run"
        ERROR = "error", "Could not"
        SKIPPED = "skipped", "Left out"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires", db_index=False)
    fire_time = models.DateTimeField(help_text="The time that it was meant for.")
    fired_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    # Bare ids: a fire is kept longer than the event or run that it caused.
    event_id = models.UUIDField(null=True, blank=True)
    execution_id = models.UUIDField(null=True, blank=True)
    detail = models.TextField(blank=True)
    missed = models.PositiveIntegerField(default=0, help_text="How many fires a row that says “left out” stands for.")
    fired_by_id = models.UUIDField(null=True, blank=True, help_text="Who fired it by hand.")

    class Meta:
        db_table = "schedule_fires"
        ordering = ["-id"]
        verbose_name = "fire"
        constraints = [
            # The guard against doubling: one time, one fire, whoever asks.
            models.UniqueConstraint(fields=["schedule", "fire_time"], name="schedule_fires_once"),
        ]
        indexes = [
            # The admin's list, newest first, of an account; of a schedule.
            models.Index(fields=["account", "-id"], name="schedule_fire_newest"),
            models.Index(fields=["schedule", "-id"], name="schedule_fire_newest_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.fire_time:%Y-%m-%d %H:%M}"
