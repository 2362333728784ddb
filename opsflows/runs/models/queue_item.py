"""`workflow_queue`: the work still to do. A row lives as long as its run is not at an end, so the table stays small."""

import uuid

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.queue.models import Leased
from opsflows.runs.models.execution import Execution, Priority
from opsflows.runs.models.fork import Branch
from opsflows.runs.models.gate import Gate
from opsflows.workflows.models import Workflow


class QueueItem(Leased):
    """Where a run, or one branch of it, stands: the next node, and from when on it may be taken.

    Schema's `completed` and `failed` do not occur: a finished item is deleted with the commit that ends its run.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        WAITING = "waiting", "Waiting"
        PROCESSING = "processing", "Being worked on"
        HELD = "held", "Needs attention"
        # Behind others that go first; whoever leaves the gate lets the next one in.
        BLOCKED = "blocked", "Waiting for its turn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, db_index=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="queue_items")
    trigger_data = ExactJSONField(null=True, blank=True, help_text="What woke the waiting step.")
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    scheduled_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    node_id = models.CharField(max_length=255)
    iteration = models.CharField(max_length=64, default="", blank=True)
    generation = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=1)
    # When the run reached this node: the clock of everything the node renders, so that every attempt renders the same.
    entered_at = models.DateTimeField()
    resumes = models.BooleanField(
        default=False, help_text="The node has begun to wait; when due, it goes on from there."
    )
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Its place in the line where runs take turns or wait for the hour: the id of its event, or one of its own making.
    # Both are ordered by time. None for all other runs.
    turn = models.UUIDField(null=True, editable=False)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workflow_queue"
        verbose_name = "queued run"
        indexes = [
            # claim: the next item by priority; what is not due yet is `waiting` and stays out of this index.
            models.Index(fields=["priority", "scheduled_at"], name="queue_claimable", condition=Q(status="queued")),
            # claim: now and then the oldest, so that a flood of urgent runs starves nobody.
            models.Index(fields=["scheduled_at"], name="queue_oldest", condition=Q(status="queued")),
            # promote: what has fallen due.
            models.Index(fields=["scheduled_at"], name="queue_waiting", condition=Q(status="waiting")),
            # rescue and renewal: leases of a worker, leases that ran out.
            models.Index(fields=["worker_id"], name="queue_leased", condition=Q(status="processing")),
            # What waits for a person, the longest first (upkeep's sweep, the daily summary).
            models.Index(fields=["entered_at"], name="queue_held", condition=Q(status="held")),
            # leaving a gate: who is next. Metrics: how many are blocked.
            models.Index(fields=["gate", "turn"], name="queue_blocked", condition=Q(status="blocked")),
            # entering a gate: how many are inside.
            models.Index(fields=["gate", "status"], name="queue_in_gate", condition=Q(gate__isnull=False)),
            # A workflow's page, and a change of its limits: who waits to begin.
            models.Index(fields=["workflow", "status", "turn"], name="queue_in_line", condition=Q(turn__isnull=False)),
            # ending a fork: its branches' rows.
            models.Index(fields=["branch"], name="queue_by_branch", condition=Q(branch__isnull=False)),
        ]

    @property
    def inside_gate_id(self) -> uuid.UUID | None:
        """The gate to leave when the run ends: none for one that never came in."""
        return None if self.status == self.Status.BLOCKED else self.gate_id

    def __str__(self) -> str:
        return f"{self.node_id} of {self.execution_id}"
