"""`workflow_variables`: values that steps set for later steps of the same run."""

import uuid

from django.db import models

from opsflows.jsontext.field import ExactJSONField
from opsflows.runs.models.execution import Execution


class Variable(models.Model):
    """A named value of a run."""

    class Type(models.TextChoices):
        STRING = "string"
        NUMBER = "number"
        BOOLEAN = "boolean"
        OBJECT = "object"
        ARRAY = "array"

    class Scope(models.TextChoices):
        GLOBAL = "global"
        STEP = "step"
        LOCAL = "local"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="variables", db_index=False)
    variable_name = models.CharField(max_length=255)
    variable_value = ExactJSONField(null=True)
    variable_type = models.CharField(max_length=16, choices=Type.choices)
    # Where it is seen: empty for the whole run, else the branch or the step (runs/engine/scopes.py).
    place = models.CharField(max_length=1200, default="", blank=True)
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.GLOBAL)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workflow_variables"
        constraints = [
            models.UniqueConstraint(fields=["execution", "place", "variable_name"], name="variable_once_per_run")
        ]

    def __str__(self) -> str:
        return self.variable_name
