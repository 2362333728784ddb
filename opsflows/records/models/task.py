"""Tasks: what a workflow asks a person to do."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id
from opsflows.records.models.record import Record


class Task(models.Model):
    """Something for a person to do, made by a run or by hand."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    class Priority(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        URGENT = "urgent", "Urgent"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    assigned_to = models.CharField(
        max_length=255, blank=True, help_text="A person, a team or a role, as the rule says."
    )
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    priority = models.CharField(max_length=16, choices=Priority.choices, default=Priority.NORMAL)
    project = models.CharField(max_length=255, blank=True)
    record = models.ForeignKey(
        Record, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", db_index=False
    )
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    # The step that made it, and which of a series it is.
    origin_key = models.CharField(max_length=128, null=True, blank=True, unique=True, editable=False)
    execution_id = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    history = tracked(excluded=["origin_key"])

    class Meta:
        db_table = "tasks"
        ordering = ["-id"]
        indexes = [
            # The admin's list of an account, newest first; the open ones by due time.
            models.Index(fields=["account", "-id"], name="task_newest"),
            models.Index(fields=["account", "due_at"], name="task_open_by_due", condition=Q(status="open")),
            # A record's page: the tasks around it. The tasks of a run: what its later steps assign, plan and tag.
            models.Index(fields=["record", "-id"], name="task_of_record", condition=Q(record__isnull=False)),
            models.Index(fields=["execution_id", "-id"], name="task_of_run", condition=Q(execution_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title
