"""What workflows say: texts that staff keep, and notes to people in the house."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id


class MessageTemplate(models.Model):
    """A text that workflows send by its name. Without an account it came with the house, for everyone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraints below are what names are looked up by.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    name = models.SlugField(max_length=100, db_index=False, help_text="What workflows call it, such as welcome-email.")
    description = models.CharField("what it is for", max_length=255, blank=True)
    subject = models.CharField(max_length=500)
    body = models.TextField("text")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "message_templates"
        ordering = ["name"]
        verbose_name = "message template"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(account__isnull=True), name="message_template_once_for_everyone"
            ),
            models.UniqueConstraint(fields=["account", "name"], name="message_template_once_in_account"),
        ]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """Something that one person is to know, shown when they are in the house."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    title = models.CharField(max_length=255)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # What it came of, such as a step's key: nobody is told the same thing twice. Empty where that cannot happen.
    origin_key = models.CharField(max_length=255, null=True, blank=True, editable=False)

    class Meta:
        db_table = "notifications"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "origin_key"], name="notification_once")]
        indexes = [
            # A person's list, newest first.
            models.Index(fields=["user", "account", "-id"], name="notification_newest"),
            # The number in the sidebar, and what "mark all as read" changes.
            models.Index(fields=["user", "account"], name="notification_unread", condition=Q(read_at__isnull=True)),
            # Upkeep: those of an account that are older than a day.
            models.Index(fields=["account", "id"], name="notification_oldest"),
        ]

    def __str__(self) -> str:
        return self.title
