"""Request forms that staff define, and what people filled in."""

from django.db import models

from opsflows.accounts.models import Named, PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class RequestForm(Named):
    """Fields that people fill in to ask for something. Submitting one sends its event, which workflows listen to."""

    description = models.CharField("what it is for", max_length=255, blank=True)
    event_name = models.CharField(
        max_length=255, help_text="The event that a submission sends, such as expense.submitted."
    )
    fields = ExactJSONField(
        default=list, help_text="Of each: key, label, kind, required, help, choices (forms/kinds.py)."
    )
    is_active = models.BooleanField("offered", default=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked(excluded=["name_key"])

    class Meta:
        db_table = "approval_forms"
        ordering = ["name_key"]
        verbose_name = "request form"
        constraints = [models.UniqueConstraint(fields=["account", "name_key"], name="approval_form_name_once")]


class FormSubmission(models.Model):
    """What one person filled in; it never changes. Its event carries `formSubmissionId`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    form = models.ForeignKey(
        RequestForm, on_delete=models.SET_NULL, null=True, related_name="submissions", db_index=False
    )
    form_name = models.CharField(max_length=100)
    # As the form was then: labels and kinds of what `data` holds.
    fields = ExactJSONField(default=list)
    data = ExactJSONField(default=dict)
    submitted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    event_id = models.UUIDField()
    # A form that is sent twice (back, reload, two clicks) is one submission.
    key = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "approval_submissions"
        ordering = ["-id"]
        indexes = [
            # What a person asked for, newest first; what a form brought.
            models.Index(fields=["submitted_by", "-id"], name="approval_submission_by"),
            models.Index(fields=["form", "-id"], name="approval_submission_of"),
        ]

    def __str__(self) -> str:
        return self.form_name
