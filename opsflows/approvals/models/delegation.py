"""Who stands in for whom, and from when until when."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id


class Delegation(models.Model):
    """While somebody is away, somebody else is asked in their place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name="away", db_index=False)
    stand_in = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)
    # What waited for the person when it began has been handed over.
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    history = tracked(excluded=["begun_at"])

    class Meta:
        db_table = "approval_delegations"
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_not_backwards"),
            models.CheckConstraint(condition=~Q(person=F("stand_in")), name="delegation_to_somebody_else"),
        ]
        indexes = [
            # Who stands in for a person; whom one stands in for; the admin's list.
            models.Index(fields=["person", "account", "ends_at"], name="delegation_of_person"),
            models.Index(fields=["stand_in", "account", "ends_at"], name="delegation_to_person"),
            models.Index(fields=["account", "-starts_at", "-id"], name="delegation_newest"),
            # The sweep: which begin.
            models.Index(
                fields=["starts_at"],
                name="delegation_to_begin",
                condition=Q(begun_at__isnull=True, revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.person}"
