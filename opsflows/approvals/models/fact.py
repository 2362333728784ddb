"""Facts: everything that happened to a request, in its order, each holding the hash of the one before."""

from django.db import models

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class ApprovalFact(models.Model):
    """One thing that happened; appended, never changed. Replayed (evidence/replay.py), they give the state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it.
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="facts", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    # A bare id and the name then: the fact outlives the person.
    user_id = models.UUIDField(null=True, blank=True)
    who = models.CharField(max_length=255, blank=True)
    door = models.CharField(max_length=16)
    detail = ExactJSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    fact_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "approval_facts"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="approval_fact_once")]

    def __str__(self) -> str:
        return self.kind
