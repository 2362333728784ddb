"""`workflow_states`: cursors and counters kept between runs; `workflow_state_changes`: what a run wants of them."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.runs.models.execution import Execution
from opsflows.workflows.models import Workflow

MAX_NAME = 100


class StateValue(models.Model):
    """A value under a name, of one workflow or, without one, of all workflows of the account.

    Runs write it past the history, which holds what people corrected.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False, related_name="+")
    workflow = models.ForeignKey(
        Workflow, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    name = models.CharField(max_length=MAX_NAME, help_text="What steps call it, such as last_sync.")
    value = ExactJSONField(null=True)
    # No foreign key: the value outlives the run. Empty where a person wrote it last.
    execution_id = models.UUIDField("written by the run", null=True, blank=True)
    updated_at = models.DateTimeField("written")
    history = tracked(excluded=["execution_id"])

    class Meta:
        db_table = "workflow_states"
        ordering = ["name"]
        verbose_name = "kept value"
        constraints = [
            # Steps look a value up by these.
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(workflow__isnull=True), name="state_once_in_account"
            ),
            models.UniqueConstraint(
                fields=["workflow", "name"], condition=Q(workflow__isnull=False), name="state_once_in_workflow"
            ),
        ]
        indexes = [
            # The admin's list of an account.
            models.Index(fields=["account", "name"], name="state_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StateChange(models.Model):
    """What a run has done with a value so far: kept for the others once it succeeds.

    `is_set`: `value` counts, whatever was there. Otherwise `value` is a number to be added.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="state_changes", db_index=False)
    is_shared = models.BooleanField(help_text="Of all workflows of the account, not of the run's own.")
    name = models.CharField(max_length=MAX_NAME)
    is_set = models.BooleanField(default=False)
    value = ExactJSONField(null=True)

    class Meta:
        db_table = "workflow_state_changes"
        constraints = [
            # Also serves what is read at the run's end.
            models.UniqueConstraint(fields=["execution", "is_shared", "name"], name="state_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.execution_id}"
