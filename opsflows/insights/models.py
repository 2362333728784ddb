"""What happened, added up: by the hour for an account, by the day for a workflow.

Each figure has two parts. `settled` counts what can no longer change; what is shown counts the last minutes, too, which
are counted anew until they settle (roll_up.py).
"""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow


class HourlyCount(models.Model):
    """How often something happened to an account in one hour of its own clock."""

    class Metric(models.TextChoices):
        EVENTS = "events", "Events"
        REJECTIONS = "rejections", "Requests refused"
        RUNS = "runs", "Runs started"
        COMPLETED = "completed", "Runs completed"
        FAILED = "failed", "Runs failed or timed out"
        CANCELLED = "cancelled", "Runs cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    hour = models.DateTimeField(help_text="When the hour began.")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    settled = models.PositiveBigIntegerField(default=0, help_text="The part that is counted for good.")
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "hourly_counts"
        constraints = [
            # Also what a chart reads: the hours of an account.
            models.UniqueConstraint(fields=["account", "hour", "metric"], name="hourly_count_once"),
        ]
        indexes = [
            # The roll-up: the last hours of all accounts.
            models.Index(fields=["hour"], name="hourly_count_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} × {self.count}"


class WorkflowMetric(models.Model):
    """Schema's `workflow_metrics`: the runs of a workflow that ended on one day of its account's calendar.

    Times in milliseconds; `executions` counts cancelled runs, too. `error_rate` is failed runs of a hundred.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    date = models.DateField()
    executions = models.PositiveIntegerField(default=0)
    successful_executions = models.PositiveIntegerField(default=0)
    failed_executions = models.PositiveIntegerField(default=0)
    avg_execution_time = models.PositiveBigIntegerField(default=0)
    total_processing_time = models.PositiveBigIntegerField(default=0)
    error_rate = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    settled_executions = models.PositiveIntegerField(default=0, editable=False)
    settled_successful = models.PositiveIntegerField(default=0, editable=False)
    settled_failed = models.PositiveIntegerField(default=0, editable=False)
    settled_time = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        db_table = "workflow_metrics"
        constraints = [models.UniqueConstraint(fields=["workflow", "date"], name="workflow_metric_once")]
        indexes = [
            # What ran in an account on a day, or between two days.
            models.Index(fields=["account", "date"], name="workflow_metric_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.executions} runs"


class WorkflowTotal(models.Model):
    """The settled part of what stands on a workflow: `execution_count` and `success_rate`."""

    workflow = models.OneToOneField(Workflow, on_delete=models.CASCADE, primary_key=True, related_name="+")
    executions = models.PositiveIntegerField(default=0)
    successful = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "workflow_totals"

    def __str__(self) -> str:
        return f"{self.executions} runs"


class RollUpMark(models.Model):
    """One row: until when everything is counted for good. Whoever adds up holds it locked."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    settled_until = models.DateTimeField()

    class Meta:
        db_table = "roll_up_mark"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="roll_up_mark_single_row")]

    def __str__(self) -> str:
        return f"{self.settled_until:%Y-%m-%d %H:%M}"
