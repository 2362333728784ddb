"""Activities: what happened around a record or a task, in words; appended and never changed."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.ids import new_id
from opsflows.records.models.record import Record
from opsflows.records.models.task import Task


class Activity(models.Model):
    """One thing that happened, told by a person or by a run."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Activities are read by what they are about, never by account alone.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    record = models.ForeignKey(
        Record, on_delete=models.CASCADE, null=True, blank=True, related_name="activities", db_index=False
    )
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, null=True, blank=True, related_name="activities", db_index=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=63, help_text="Such as note, call, email or meeting.")
    text = models.TextField()
    # Bare ids: an activity outlives the person and the run that told it.
    user_id = models.UUIDField(null=True, blank=True)
    execution_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "activities"
        ordering = ["-id"]
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=False) | Q(task__isnull=False), name="activity_about_something"
            ),
        ]
        indexes = [
            # The page of a record, and of a task: what happened around it, newest first.
            models.Index(fields=["record", "-id"], name="activity_of_record", condition=Q(record__isnull=False)),
            models.Index(fields=["task", "-id"], name="activity_of_task", condition=Q(task__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text[:80]}"
