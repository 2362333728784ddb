"""Tasks: one person who is asked at one level of one round, and the links that lead there."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.queue.ids import new_id


class ApprovalTask(models.Model):
    """One person is asked: a member, or a bare address of somebody without an account."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        CHANGES_REQUESTED = "changes_requested", "Asked for changes"
        SKIPPED = "skipped", "Approved before"
        HANDED_ON = "handed_on", "Handed on"
        EXPIRED = "expired", "Not answered in time"
        CLOSED = "closed", "No longer needed"

    class Why(models.TextChoices):
        NAMED = "named", "Named by the policy"
        DELEGATED = "delegated", "Stands in for somebody who is away"
        REASSIGNED = "reassigned", "Handed on by somebody"
        ESCALATED = "escalated", "Asked because nobody answered"
        FALLBACK = "fallback", "Asked because nobody else could be"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="tasks", db_index=False)
    round = models.ForeignKey("ApprovalRound", on_delete=models.CASCADE, related_name="tasks", db_index=False)
    level = models.ForeignKey("ApprovalLevel", on_delete=models.CASCADE, related_name="tasks", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    email = models.EmailField(max_length=320, blank=True)
    name = models.CharField(max_length=255, help_text="What they were called when they were asked.")
    why = models.CharField(max_length=16, choices=Why.choices, default=Why.NAMED)
    # For whom: of a delegation or a handed-on task, the person who was asked first.
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # The task that this one came of.
    came_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_tasks"
        ordering = ["id"]
        constraints = [
            # Nobody has two voices at one level.
            models.UniqueConstraint(
                fields=["level", "user"],
                condition=Q(state="open", user__isnull=False),
                name="approval_task_person_once",
            ),
            models.UniqueConstraint(
                fields=["level", "email"],
                condition=Q(state="open", user__isnull=True),
                name="approval_task_address_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""), name="approval_task_is_for_somebody"
            ),
        ]
        indexes = [
            # The inbox: what waits for a person; what they have done, newest first.
            models.Index(fields=["user", "account", "id"], name="approval_task_waiting", condition=Q(state="open")),
            models.Index(fields=["user", "account", "-id"], name="approval_task_of_person"),
            # What a person left to somebody who stands in.
            models.Index(
                fields=["on_behalf_of", "id"], name="approval_task_for", condition=Q(on_behalf_of__isnull=False)
            ),
            # The chain of a request; the voices of a level.
            models.Index(fields=["request", "id"], name="approval_task_of_request"),
            models.Index(fields=["level"], name="approval_task_of_level"),
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalToken(models.Model):
    """A link that was mailed for one task. Of the token only the hash is kept; it is good while its task is open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(ApprovalTask, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_tokens"

    def __str__(self) -> str:
        return f"a link of {self.created_at:%Y-%m-%d %H:%M}"
