"""The lease mixin, the workers' heartbeats."""

import uuid

from django.db import models
from django.db.models import Q


class Leased(models.Model):
    """Columns of a row that is work: who holds it, until when, and the fence.

    `fence` rises with every claim and every checkpoint. An acknowledgement names row, worker and fence; a worker that
    comes back late, or that cannot know whether its last commit arrived, finds another number and changes nothing.
    `claims` counts how often the row was claimed since it last made progress.
    """

    worker_id = models.UUIDField(null=True, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    claims = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class WorkerHeartbeat(models.Model):
    """One resident drain: alive while `beat_at` is recent. Its id is the `worker_id` of the leases it holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supervisor = models.CharField(max_length=64, help_text="Host and process that looks after this drain.")
    slot = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    retiring = models.BooleanField(default=False, help_text="Claims nothing more; a successor has the slot.")

    class Meta:
        db_table = "worker_heartbeats"
        verbose_name = "worker"
        constraints = [
            models.UniqueConstraint(
                fields=["supervisor", "slot"],
                condition=Q(stopped_at__isnull=True, retiring=False),
                name="heartbeat_one_per_slot",
            ),
        ]
        indexes = [
            # Rescue and /readyz ask for the ones that have not stopped; the others are history.
            models.Index(fields=["beat_at"], name="heartbeat_live", condition=Q(stopped_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} #{self.slot}"
