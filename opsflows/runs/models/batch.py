"""`workflow_batches`: a workflow started for every row of a list, and the rows that are still to come."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow, WorkflowVersion


class RunBatch(models.Model):
    """One list. It is kept when it is laid down, looked at, and begun by a person, or at once by the API.

    How its job stands is the job's to tell (`runs/batches/standing.py`); a job is forgotten sooner than its batch.
    """

    class Source(models.TextChoices):
        CSV = "csv", "A CSV file"
        ROWS = "rows", "A list sent through the API"
        RECORDS = "records", "Records"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="batches", db_index=False)
    # What was published when the batch began: one list is done by one version.
    version = models.ForeignKey(
        WorkflowVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    name = models.CharField(max_length=255)
    source = models.CharField(max_length=16, choices=Source.choices)
    asked = models.CharField(max_length=500, blank=True, help_text="The file's name, or the filter in words.")
    columns = ExactJSONField(default=list, help_text="Of a CSV file: the names in its first line.")
    total = models.PositiveIntegerField(help_text="Rows, those that are left out among them.")
    started = models.PositiveIntegerField(default=0, help_text="Rows that have a run.")
    skipped = models.PositiveIntegerField(default=0, help_text="Rows that were left out.")
    problems = ExactJSONField(default=list, help_text="Which rows were left out, and why: the first of them.")
    # No foreign key: jobs that are over are forgotten, with one statement and without asking who names them.
    job_id = models.UUIDField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The same request, sent again under its key, finds its batch; the hash says whether it asks for the same.
    origin_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        db_table = "workflow_batches"
        ordering = ["-id"]
        verbose_name = "batch"
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=F("started") + F("skipped")), name="batch_no_more_than_its_rows"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(finished_at__isnull=True), name="batch_ends_one_way"
            ),
            models.UniqueConstraint(
                fields=["origin_key"], condition=Q(origin_key__isnull=False), name="batch_once_per_key"
            ),
        ]
        indexes = [
            # The admin's list, newest first, of an account; a workflow's page.
            models.Index(fields=["account", "-id"], name="batch_newest"),
            models.Index(fields=["workflow", "-id"], name="batch_newest_by_workflow"),
            # upkeep: what was laid down and never begun. The partial condition keeps it next to empty.
            models.Index(fields=["id"], name="batch_not_begun", condition=Q(began_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        """Rows whose turn has not come."""
        return self.total - self.started - self.skipped


class BatchPart(models.Model):
    """Some rows of a list, compressed. A piece of the job starts their runs and deletes them, in one transaction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(RunBatch, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    # JSON: for each row its number in the list, and what the source knows of it.
    rows = models.BinaryField()

    class Meta:
        db_table = "workflow_batch_parts"
        ordering = ["number"]
        constraints = [
            # Also finds the next one.
            models.UniqueConstraint(fields=["batch", "number"], name="batch_part_once"),
        ]

    def __str__(self) -> str:
        return f"part {self.number}"
