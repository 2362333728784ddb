"""Rounds of a request: what was shown, and what was said and put beside it. A changed request begins a new round."""

from django.db import models

from opsflows.accounts.models import User
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class ApprovalRound(models.Model):
    """What approvers are shown, exactly; decisions are bound to its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it. So below.
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="rounds", db_index=False)
    number = models.PositiveSmallIntegerField()
    # As content.py makes it: title, summary, amount, currency, details, attachments.
    content = ExactJSONField()
    content_hash = models.CharField(max_length=64)
    note = models.TextField(blank=True, help_text="What whoever changed the request says about it.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_rounds"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="approval_round_once")]

    def __str__(self) -> str:
        return f"round {self.number}"


class ApprovalAttachment(models.Model):
    """A file beside a request. The bytes lie in the account's files, under a name that holds their hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="attachments")
    # From this round on, up to and without the one in which it was taken away.
    added_in = models.PositiveSmallIntegerField(default=1)
    removed_in = models.PositiveSmallIntegerField(null=True, blank=True)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=400)
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "approval_attachments"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ApprovalComment(models.Model):
    """Something said beside a request, by anybody who takes part. Comments of decisions stand with these."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey("ApprovalRequest", on_delete=models.CASCADE, related_name="comments")
    round_number = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.CharField(max_length=255, help_text="Their name then.")
    door = models.CharField(max_length=16)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "approval_comments"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
