"""What staff decide about upkeep: how long each kind of row is kept, and who gets the daily summary."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id

#: Ten years; longer is "never", which is what an inactive policy says.
MOST_DAYS = 3650


class RetentionPolicy(models.Model):
    """How long one kind of row is kept. Where an account has none of its own, the one that OpsFlows ships holds."""

    class Kind(models.TextChoices):
        PAYLOADS = "payloads", "Payloads of events"
        EVENTS = "events", "Events"
        RUNS = "runs", "Runs"
        REJECTIONS = "rejections", "Counts of refused requests"
        NOTIFICATIONS = "notifications", "Notifications"
        FIRES = "fires", "Fires of schedules"
        JOBS = "jobs", "Finished jobs"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    keep_days = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)])
    is_active = models.BooleanField(default=True, help_text="Off: nothing of this kind is deleted.")
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "retention_policies"
        verbose_name = "retention policy"
        verbose_name_plural = "retention policies"
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="retention_policy_once"),
            models.CheckConstraint(condition=Q(keep_days__gte=1), name="retention_keeps_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @staticmethod
    def id_of(account_id: uuid.UUID, kind: str) -> uuid.UUID:
        """The id of an account's policy for `kind`, known before there is a row."""
        return uuid.uuid5(account_id, f"retention:{kind}")


class RetentionMark(models.Model):
    """How far the cleaning has come with a kind whose rows leave others behind that would be read each night."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=16, choices=RetentionPolicy.Kind.choices)
    position = models.UUIDField()

    class Meta:
        db_table = "retention_marks"
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="retention_mark_once")]

    def __str__(self) -> str:
        return f"{self.kind} up to {self.position}"


class SummaryChoice(models.Model):
    """Whether a person wants the daily summary; who never said anything gets it as an administrator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    wants = models.BooleanField()
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "summary_choices"
        verbose_name = "daily summary"
        verbose_name_plural = "daily summaries"
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="summary_choice_once")]

    def __str__(self) -> str:
        return f"{self.user}: {'yes' if self.wants else 'no'}"
