"""Decisions: what one person said to one task; the database holds that there is one at most."""

from django.db import models

from opsflows.accounts.models import User
from opsflows.queue.ids import new_id


class ApprovalDecision(models.Model):
    """Said once, never changed."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approve"
        REJECT = "reject", "Reject"
        CHANGES = "changes", "Ask for changes"

    class Identity(models.TextChoices):
        LOGIN = "login", "Signed in"
        LINK = "link", "By the link in a mail"
        SIGNATURE = "signature", "By a button in a chat, whose signature was checked"
        KEY = "key", "By an API key"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.OneToOneField("ApprovalTask", on_delete=models.CASCADE, related_name="decision")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    comment = models.TextField(blank=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=255, help_text="Who it was, as they were called then.")
    door = models.CharField(max_length=16)
    identity = models.CharField(max_length=16, choices=Identity.choices)
    # What was shown to them (ApprovalRound.content_hash).
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "approval_decisions"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_verdict_display().lower()}"
