"""The lease mixin, the workers' heartbeats, jobs."""

import uuid

from django.db import models
from django.db.models import Q

from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.queue.job_kinds import job_kinds


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


class Job(Leased):
    """Long or periodic work, done in slices: each slice commits its effect together with how far the job has come.

    A job that was ended in the middle goes on behind its last slice. `key` says what is to be done once (a nightly job
    and the night it is for), however often it is asked for.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=64)
    # Empty: work of the whole house.
    account = models.ForeignKey("accounts.PlatformAccount", on_delete=models.PROTECT, null=True, db_index=False)
    key = models.CharField(max_length=255, unique=True)
    params = ExactJSONField(default=dict, help_text="What was asked for.")
    state = ExactJSONField(default=dict, help_text="Where the next slice begins.")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    done = models.PositiveBigIntegerField(default=0, help_text="How many things are done.")
    total = models.PositiveBigIntegerField(null=True, blank=True, help_text="Of how many, where that is known.")
    note = models.CharField(max_length=255, blank=True, help_text="What it is at.")
    result = ExactJSONField(null=True, blank=True)
    error_message = models.TextField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often a slice failed in a row.")
    holder = models.CharField(max_length=64, blank=True, help_text="The supervisor whose worker has it.")
    cancel_requested = models.BooleanField(default=False)
    created_by_id = models.UUIDField(null=True, blank=True)
    scheduled_at = models.DateTimeField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "jobs"
        ordering = ["-id"]
        indexes = [
            # The jobs lane: what is due, and whose lease ran out.
            models.Index(fields=["scheduled_at"], name="job_unfinished", condition=Q(status__in=["queued", "running"])),
            # The admin's list of an account, newest first; the newest of a kind.
            models.Index(fields=["account", "-id"], name="job_newest"),
            models.Index(fields=["kind", "-id"], name="job_newest_by_kind"),
        ]

    def __str__(self) -> str:
        known = job_kinds().get(self.kind)
        return known.label if known else self.kind
