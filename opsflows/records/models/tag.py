"""Tags on records and tasks: rows of their own, so that an index finds what bears one on either database."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id
from opsflows.records.models.record import Record
from opsflows.records.models.task import Task


class Tag(models.Model):
    """One tag on one record or one task. Names are in small letters."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    # No indexes of their own: the constraints below begin with them, and serve the page of the row.
    record = models.ForeignKey(
        Record, on_delete=models.CASCADE, null=True, blank=True, related_name="tags", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, blank=True, related_name="tags", db_index=False)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    history = tracked()

    class Meta:
        db_table = "tags"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=False, task__isnull=True) | Q(record__isnull=True, task__isnull=False),
                name="tag_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["record", "name"], condition=Q(record__isnull=False), name="tag_once_per_record"
            ),
            models.UniqueConstraint(fields=["task", "name"], condition=Q(task__isnull=False), name="tag_once_per_task"),
        ]
        indexes = [
            # What bears a tag: records, or tasks.
            models.Index(fields=["account", "name", "record"], name="tag_records"),
            models.Index(fields=["account", "name", "task"], name="tag_tasks"),
        ]

    def __str__(self) -> str:
        return self.name
