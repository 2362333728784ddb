"""`workflow_steps`: one attempt of one step of a run."""

from django.db import models
from django.db.models import Q

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.runs.models.execution import Execution


class Step(models.Model):
    """One attempt of a step, with what went in, what came out, and why it went where it went."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    class Type(models.TextChoices):
        TRIGGER = "trigger"
        ACTION = "action"
        CONDITION = "condition"
        DELAY = "delay"
        WEBHOOK = "webhook"
        EMAIL = "email"
        SMS = "sms"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below starts with it, and serves the run's page and the loading of a branch.
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step_id = models.CharField(max_length=255, help_text="The node's id in the graph.")
    step_type = models.CharField(max_length=16, choices=Type.choices)
    iteration = models.CharField(max_length=64, default="", blank=True)
    generation = models.PositiveSmallIntegerField(default=0, help_text="Rises with a person's deliberate replay.")
    attempt = models.PositiveSmallIntegerField(default=1)
    step_config = ExactJSONField(default=dict, help_text="Kind and label.")
    input_data = ExactJSONField(null=True, help_text="The configuration as rendered, secrets masked.")
    output_data = ExactJSONField(null=True)
    step_status = models.CharField("status", max_length=16, choices=Status.choices)
    handle = models.CharField(max_length=64, blank=True, help_text="The way it left by.")
    warnings = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    error_message = models.TextField(null=True)

    class Meta:
        db_table = "workflow_steps"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "iteration", "step_id", "generation", "attempt"], name="step_attempt_once"
            ),
            models.CheckConstraint(
                condition=Q(step_status__in=["pending", "running", "waiting", "completed", "failed", "skipped"]),
                name="step_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} ({self.step_status})"
