"""`workflow_gates`, `workflow_paces`: how many runs of a workflow go on at once, and how many start in an hour."""

from django.db import models

from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow


class Gate(models.Model):
    """Runs that take turns: those of a workflow, or those of it with the same key. Exists while runs are inside."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, blank=True, help_text="Hash of the key's value; empty: the whole workflow.")
    inside = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "workflow_gates"
        constraints = [models.UniqueConstraint(fields=["workflow", "key"], name="gate_once")]

    def __str__(self) -> str:
        return f"{self.inside} inside"


class Pace(models.Model):
    """How far the starts of a workflow with `maxExecutionsPerHour` are given out."""

    workflow = models.OneToOneField(Workflow, on_delete=models.CASCADE, primary_key=True, related_name="+")
    window_at = models.DateTimeField(help_text="When the hour began in which the next start lies.")
    count = models.PositiveIntegerField(default=0, help_text="How many starts were given out in it.")
    last_start_at = models.DateTimeField(null=True, help_text="The latest start given out.")

    class Meta:
        db_table = "workflow_paces"

    def __str__(self) -> str:
        return f"{self.count} since {self.window_at:%H:%M}"
