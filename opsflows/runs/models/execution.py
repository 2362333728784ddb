"""`workflow_executions`: one run of one workflow version."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow, WorkflowVersion


class Priority(models.IntegerChoices):
    """Schema's low, normal, high, urgent as numbers that sort; the smallest goes first."""

    URGENT = 0, "urgent"
    HIGH = 1, "high"
    NORMAL = 2, "normal"
    LOW = 3, "low"


class Execution(models.Model):
    """A run. Written when it starts, when it comes to rest, and when it ends; in between, its steps tell."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting"
        NEEDS_ATTENTION = "needs_attention", "Needs attention"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        TIMEOUT = "timeout", "Timed out"

    class Origin(models.TextChoices):
        EVENT = "event", "An event"
        PERSON = "person", "A person"
        API = "api", "The API"
        SCHEDULE = "schedule", "A schedule"
        WORKFLOW = "workflow", "Another workflow"
        BATCH = "batch", "A batch"
        FAILURE = "failure", "A run that failed"

    TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.TIMEOUT})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="executions", db_index=False)
    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="executions", db_index=False)
    # Only where no event holds it (a run started by hand); an event's payload is not copied.
    trigger_data = ExactJSONField(null=True, blank=True)
    # Defaults of the database: runs of events, nearly all there are, are written without naming these columns.
    origin = models.CharField(
        max_length=16, choices=Origin.choices, db_default=Origin.EVENT, help_text="What started it."
    )
    origin_id = models.UUIDField(
        null=True, blank=True, help_text="The person, the schedule, or the run that started it; none for an event."
    )
    # The same start, asked for again (a step tried again, a repeated request), finds its run instead of making another.
    origin_key = models.CharField(max_length=255, null=True, blank=True, editable=False)
    replay_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replays", db_index=False
    )
    # The queue row of the run that waits for this one. No foreign key: queue rows come and go.
    awaited_by = models.UUIDField(null=True, blank=True, editable=False)
    execution_status = models.CharField("status", max_length=16, choices=Status.choices, default=Status.RUNNING)
    current_step = models.CharField(max_length=255, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    depth = models.PositiveSmallIntegerField(default=0)
    # A list of fifty thousand items may fail item by item.
    failed_steps = models.PositiveIntegerField(default=0, help_text="Steps that failed although the run went on.")
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True, blank=True, help_text="When the run is ended as timed out.")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    exit_reason = models.CharField(
        max_length=255, null=True, blank=True, help_text="Why the run was ended before its last step, as a success."
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    error_message = models.TextField(null=True, blank=True)
    execution_time_ms = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "workflow_executions"
        ordering = ["-id"]
        verbose_name = "run"
        constraints = [
            # An event starts a workflow once, however often it is routed; runs that a person starts again bear a key.
            # It also serves "what did this event cause".
            models.UniqueConstraint(
                F("event"),
                F("workflow"),
                Coalesce("origin_key", Value("")),
                condition=Q(event__isnull=False),
                name="run_once_per_event",
            ),
            models.UniqueConstraint(
                fields=["origin_key"], condition=Q(origin_key__isnull=False), name="run_once_per_origin_key"
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True)
                | Q(execution_status__in=["completed", "failed", "cancelled", "timeout"]),
                name="run_completed_is_terminal",
            ),
        ]
        indexes = [
            # The admin's list, newest first, of an account; of a workflow.
            models.Index(fields=["account", "-id"], name="run_newest"),
            models.Index(fields=["workflow", "-id"], name="run_newest_by_workflow"),
            # What needs a look: everything that did not simply complete, a small part of all runs.
            models.Index(
                fields=["account", "execution_status", "-id"],
                name="run_by_unfinished_status",
                condition=~Q(execution_status="completed"),
            ),
            # The roll-up (insights): what ended within a few minutes.
            models.Index(fields=["completed_at"], name="run_ended", condition=Q(completed_at__isnull=False)),
            # What went wrong in an account, the latest first; a small part of all runs.
            models.Index(
                fields=["account", "-completed_at"],
                name="run_failed_newest",
                condition=Q(execution_status__in=["failed", "timeout"]),
            ),
            # A run's page: the runs it started. A schedule's page: what it started.
            models.Index(fields=["origin_id", "-id"], name="run_by_origin", condition=Q(origin_id__isnull=False)),
            # A batch's page: how many of its runs are in which state. Runs of anything else are not in it.
            models.Index(fields=["origin_id", "execution_status"], name="run_by_batch", condition=Q(origin="batch")),
            # A run's page: what was started again from it. Retention: what outlives the run it was started from.
            models.Index(fields=["replay_of"], name="run_replays", condition=Q(replay_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"run {str(self.id)[-8:]}"
