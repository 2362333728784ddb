"""`workflow_forks`, `workflow_branches`: where a run goes on in several places at once, and what becomes of each."""

from django.db import models
from django.db.models import F, Q

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.runs.models.execution import Execution


class Fork(models.Model):
    """A step that waits for its branches: the named ones of `parallel`, one for each item of `foreach`.

    The counters are kept under this row's lock, so that progress is read from one row however many branches there are.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        JOINED = "joined", "Joined"
        # The join is decided, or the run is to end; calls under way in branches are still to be recorded.
        CLOSING = "closing", "Closing"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="forks", db_index=False)
    # The queue row of whoever waits here. No foreign key: it is deleted with the commit that ends the run.
    item_id = models.UUIDField()
    # The branch in which this fork stands itself; none at the top.
    branch = models.ForeignKey("Branch", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    node_id = models.CharField(max_length=255)
    iteration = models.CharField(max_length=64, default="", blank=True)
    generation = models.PositiveSmallIntegerField(default=0)
    join = ExactJSONField(default=dict, help_text="How the branches are run and joined, as the step asked for.")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    total = models.PositiveIntegerField()
    launched = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0, help_text="Begun, and given up because the join was decided.")
    failed_steps = models.PositiveIntegerField(default=0, help_text="Steps that failed inside although it went on.")
    window_at = models.DateTimeField(null=True, help_text="When the present window of the rate began.")
    window_count = models.PositiveIntegerField(default=0, help_text="How many were launched in it.")
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workflow_forks"
        constraints = [
            # Also serves the run's page and the loading of a run that waits at a fork.
            models.UniqueConstraint(fields=["execution", "node_id", "iteration", "generation"], name="fork_once"),
            models.CheckConstraint(
                condition=Q(launched__gte=F("done") + F("failed") + F("dropped")) & Q(total__gte=F("launched")),
                name="fork_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id}: {self.done} of {self.total}"


class Branch(models.Model):
    """One branch of a fork."""

    class Status(models.TextChoices):
        PENDING = "pending", "Not begun"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Given up"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fork = models.ForeignKey(Fork, on_delete=models.CASCADE, related_name="branches", db_index=False)
    position = models.PositiveIntegerField()
    handle = models.CharField(max_length=64, help_text="The way out of the fork that it took.")
    item = ExactJSONField(null=True, help_text="What it is about, in a list.")
    # Of one that failed or was given up: where it is taken up again.
    node_id = models.CharField(max_length=255, null=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)
    output = ExactJSONField(null=True)
    error_message = models.TextField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workflow_branches"
        constraints = [
            # Launching takes them in this order; the results are collected in it.
            models.UniqueConstraint(fields=["fork", "position"], name="branch_once"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "running"], completed_at__isnull=True)
                | Q(status__in=["completed", "failed", "dropped"], completed_at__isnull=False),
                name="branch_completed_is_over",
            ),
        ]
        indexes = [
            # What failed in a list, to be looked at or taken up again: a small part.
            models.Index(fields=["fork", "position"], name="branch_failed", condition=Q(status="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.handle} {self.position}"
