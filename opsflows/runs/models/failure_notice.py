"""`workflow_failure_notices`: who is still to be told of a run that failed."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.ids import new_id
from opsflows.runs.models.execution import Execution
from opsflows.workflows.models import Workflow


class FailureNotice(models.Model):
    """That one address is to be told of one failure. Several failures may be told by one mail."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="+", db_index=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="failure_notices", db_index=False)
    address = models.EmailField(max_length=254)
    # As they were then: the run may have been taken up since.
    step = models.CharField(max_length=255, blank=True, default="")
    error = models.TextField(blank=True, default="")
    failed_at = models.DateTimeField()
    # The mail that tells it: chosen before it is sent, so that sending it again sends the same one.
    mail_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workflow_failure_notices"
        constraints = [
            # A run that was taken up and failed once more is told once more.
            models.UniqueConstraint(fields=["execution", "address", "failed_at"], name="failure_told_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(mail_id__isnull=False), name="failure_sent_by_a_mail"
            ),
        ]
        indexes = [
            # Who is still to be told.
            models.Index(fields=["workflow", "address"], name="failure_untold", condition=Q(sent_at__isnull=True)),
            # When somebody was told last.
            models.Index(
                fields=["workflow", "address", "-sent_at"], name="failure_told", condition=Q(sent_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} of {self.execution_id}"
