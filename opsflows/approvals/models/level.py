"""The levels of a round: who has to say yes, and by when."""

from django.db import models
from django.db.models import Q

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class ApprovalLevel(models.Model):
    """One level of one round. Levels of the same stage are asked at the same time; stages follow one another."""

    class State(models.TextChoices):
        PENDING = "pending", "Not yet asked"
        OPEN = "open", "Waiting"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        EXPIRED = "expired", "Expired"
        LEFT_OUT = "left_out", "Not needed"
        CLOSED = "closed", "Ended with its round"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it.
    round = models.ForeignKey("ApprovalRound", on_delete=models.CASCADE, related_name="levels", db_index=False)
    position = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    # Names with their variables filled in, as they stood when the round began.
    approvers = ExactJSONField(default=list)
    escalate_to = ExactJSONField(default=list)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    # Why it was left out, or how it ended without anybody's decision.
    reason = models.TextField(blank=True)
    # How many have to approve; settled when it opens.
    need = models.PositiveSmallIntegerField(default=1)
    escalated = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_levels"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="approval_level_once"),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(opened_at__isnull=False, closed_at__isnull=True),
                name="approval_level_open_since",
            ),
        ]

    def __str__(self) -> str:
        return self.name
