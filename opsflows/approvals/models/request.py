"""Requests: something that people are asked to decide."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class ApprovalRequest(models.Model):
    """What is asked, and how it stands. Locked (`hold.py`) by whoever changes anything of it, its tasks included."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        EXPIRED = "expired", "Expired"
        RECALLED = "recalled", "Recalled"
        SUPERSEDED = "superseded", "Superseded"

    class Subject(models.TextChoices):
        STEP = "step", "A step of a run"
        PUBLICATION = "publication", "A workflow to be published"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    subject = models.CharField(max_length=16, choices=Subject.choices)
    # The publish request that it decides; of a step, the columns below.
    subject_id = models.UUIDField(null=True, blank=True)
    # The step's key: however often a step is tried, it asks once.
    origin_key = models.CharField(max_length=255, unique=True, editable=False)
    execution_id = models.UUIDField(null=True, blank=True, editable=False)
    node_id = models.CharField(max_length=255, blank=True, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    # The queue row that rests for the answer (`opsflows.runs`); locked before this one.
    item_id = models.UUIDField(null=True, blank=True, editable=False)
    submission = models.ForeignKey(
        "FormSubmission", on_delete=models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    policy_name = models.CharField(max_length=100, blank=True)
    # The plan with which it began (plan.py); a policy that changes leaves it alone.
    plan = ExactJSONField(default=dict)
    # What conditions and names in the plan are read from.
    scope = ExactJSONField(default=dict)
    # The present round's, so that lists need no join.
    title = models.CharField(max_length=500)
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    # The field of the event that the amount is; empty: the workflow worked it out, and nobody can change it alone.
    amount_field = models.CharField(max_length=255, blank=True, editable=False)
    # Who asks, if that is known: a member, or an address that belongs to none.
    requester = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    requester_name = models.CharField(max_length=255, blank=True)
    requester_email = models.EmailField(max_length=320, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    # Why it ended, in a sentence, where no decision says it.
    reason = models.TextField(blank=True)
    round_number = models.PositiveSmallIntegerField(default=1)
    stage = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # Changes were asked for: until when they are waited for.
    amend_by = models.DateTimeField(null=True, blank=True)
    # When something is to be done next without anybody's doing: a reminder, a deadline. Kept by levels/due.py.
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "approval_requests"
        ordering = ["-id"]
        verbose_name = "request"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "waiting",
                        "changes_requested",
                        "approved",
                        "rejected",
                        "expired",
                        "recalled",
                        "superseded",
                    ]
                ),
                name="approval_request_state_known",
            ),
            # Where changes are asked for, it is open while they are waited for, and closed where the run goes on.
            models.CheckConstraint(
                condition=Q(state="changes_requested")
                | Q(state="waiting", closed_at__isnull=True)
                | Q(state__in=["approved", "rejected", "expired", "recalled", "superseded"], closed_at__isnull=False),
                name="approval_request_closed_once",
            ),
        ]
        indexes = [
            # The admin's list, newest first; by state; what a person asked for.
            models.Index(fields=["account", "-id"], name="approval_request_newest"),
            models.Index(fields=["account", "state", "-id"], name="approval_request_by_state"),
            models.Index(
                fields=["requester", "-id"], name="approval_request_asked_by", condition=Q(requester__isnull=False)
            ),
            # The sweep: what is due.
            models.Index(fields=["next_at"], name="approval_request_due", condition=Q(next_at__isnull=False)),
            # The requests of a run, and of a publication.
            models.Index(
                fields=["execution_id"], name="approval_request_of_run", condition=Q(execution_id__isnull=False)
            ),
            models.Index(fields=["subject_id"], name="approval_request_of", condition=Q(subject_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.closed_at is None
