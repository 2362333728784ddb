"""Audit entries: what was done, by whom, through which door; appended, never changed, each holding its forerunner's
hash."""

from django.db import models

from opsflows.audit.words import action_in_words
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class AuditChain(models.Model):
    """The end of an account's chain of entries; locked while one is appended."""

    account = models.OneToOneField("accounts.PlatformAccount", on_delete=models.PROTECT, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    entry_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_chains"

    def __str__(self) -> str:
        return f"{self.number} entries"


class AuditEntry(models.Model):
    """One thing that was done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("accounts.PlatformAccount", on_delete=models.PROTECT, db_index=False)
    number = models.PositiveBigIntegerField(help_text="Counts up within the account, without gaps.")
    at = models.DateTimeField()
    # A bare id: the entry outlives the person.
    user_id = models.UUIDField(null=True, blank=True)
    api_key_id = models.UUIDField(null=True, blank=True)
    door = models.CharField(max_length=16)
    action = models.CharField(max_length=64, help_text="Such as `workflow.published`.")
    object_type = models.CharField(max_length=64, blank=True, help_text="Such as `workflows.workflow`.")
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(max_length=255, blank=True, help_text="What it was called then.")
    detail = ExactJSONField(default=dict, help_text="What else is worth knowing; never a secret.")
    previous_hash = models.CharField(max_length=64, blank=True)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "audit_entries"
        ordering = ["-id"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        constraints = [
            # Also serves the verification, which walks an account's chain in order.
            models.UniqueConstraint(fields=["account", "number"], name="audit_number_once"),
        ]
        indexes = [
            # The admin's list of an account, newest first; what was done with one object.
            models.Index(fields=["account", "-id"], name="audit_newest"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_of_object"),
            # The admin's list by action, and the actions that it offers; by person.
            models.Index(fields=["account", "action", "-id"], name="audit_by_action"),
            models.Index(fields=["account", "user_id", "-id"], name="audit_by_person"),
        ]

    def __str__(self) -> str:
        return ": ".join(filter(None, (action_in_words(self.action), self.object_name)))
