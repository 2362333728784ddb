"""How an account's people are asked beside their inbox."""

from django.db import models

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id
from opsflows.vault.fields import EncryptedTextField


class ApprovalChannels(models.Model):
    """Email, Slack and Teams of one account; one row at most. Secrets are write-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(PlatformAccount, on_delete=models.PROTECT, related_name="approval_channels")
    by_email = models.BooleanField("email", default=True, help_text="A mail with a link for every task.")
    slack_bot_token = EncryptedTextField(null=True, blank=True)
    slack_signing_secret = EncryptedTextField(null=True, blank=True)
    teams_webhook_url = EncryptedTextField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked(excluded=["slack_bot_token", "slack_signing_secret", "teams_webhook_url"])

    class Meta:
        db_table = "approval_channels"
        verbose_name = "channels of approvals"
        verbose_name_plural = "channels of approvals"

    def __str__(self) -> str:
        return "Where people are asked"

    @property
    def has_slack(self) -> bool:
        return bool(self.slack_bot_token and self.slack_signing_secret)
