"""`workflow_gates`, `workflow_paces`: how many runs of a workflow go on at once, and how many start in an hour."""

from django.db import models

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow


class Gate(models.Model):
    """Runs that take turns: those of a workflow, or those of it with the same key. Exists while there are any.

    Its lock is the turnstile: whoever lets runs in or goes out holds it. How many are inside is not written down but
    counted (their queue rows, `queue_in_gate`), so that no number can drift away from what is so.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, blank=True, help_text="Hash of the key's value; empty: the whole workflow.")

    class Meta:
        db_table = "workflow_gates"
        constraints = [models.UniqueConstraint(fields=["workflow", "key"], name="gate_once")]

    def __str__(self) -> str:
        return f"gate {self.key[:8]}".rstrip()


class Pace(models.Model):
    """How far the starts of a workflow with `maxExecutionsPerHour` are given out."""

    workflow = models.OneToOneField(Workflow, on_delete=models.CASCADE, primary_key=True, related_name="+")
    limit = models.PositiveIntegerField(help_text="Starts an hour, as they were last given out.")
    action = models.CharField(max_length=8)
    # runs/admission/hour.py reads it.
    starts = ExactJSONField(default=list, help_text="The starts in the hour before the latest that was given out.")
    dropped = models.PositiveBigIntegerField(default=0, help_text="Runs that were left out.")
    dropped_at = models.DateTimeField(null=True, help_text="When the latest of them was.")

    class Meta:
        db_table = "workflow_paces"

    def __str__(self) -> str:
        return f"{self.limit} an hour"
