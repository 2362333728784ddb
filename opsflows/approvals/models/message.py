"""What people are to be told, one row a message and channel, and how far it has come (the outbox)."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class ApprovalMessage(models.Model):
    """Written together with what it tells of; sent behind it (deliver/), and tried again until it is taken."""

    class Channel(models.TextChoices):
        EMAIL = "email", "Email"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Teams"

    class Purpose(models.TextChoices):
        ASK = "ask", "Asks for a decision"
        REMIND = "remind", "Reminds"
        #: Of a task: a chat message is edited to say what became of it.
        SETTLE = "settle", "Says what became of it"
        #: Of a request: tells who asked.
        OUTCOME = "outcome", "Tells who asked"

    class Status(models.TextChoices):
        QUEUED = "queued", "To be sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "No longer needed"
        FAILED = "failed", "Refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="messages")
    task = models.ForeignKey("ApprovalTask", on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    number = models.PositiveSmallIntegerField(default=0, help_text="Of reminders: the how manieth.")
    address = models.CharField(max_length=320, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    # What the other side called it: a chat's channel and message, by which it is edited later.
    answer = ExactJSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_messages"
        ordering = ["id"]
        indexes = [
            # The sender: what is due.
            models.Index(fields=["next_at", "id"], name="approval_message_due", condition=Q(status="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_purpose_display().lower()}"
