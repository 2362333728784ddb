"""`studio_backtests`: a draft tried on events that came in, beside what is published; and the events that it found."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow, WorkflowVersion

#: Events kept of each kind, the newest; all of them are counted.
MOST_KEPT = 1_000


class Backtest(models.Model):
    """One try. What is tried is frozen here when it is asked for: its pages say the same however the draft goes on.

    The counts and the cursor (`stage`, `after`) are written by the same commit, piece by piece, so a piece that is lost
    is done again and counted once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Broken off"
        CANCELLED = "cancelled", "Stopped"

    OPEN = frozenset({State.QUEUED, State.RUNNING})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="backtests", db_index=False)
    # What was published when it was asked for; None: nothing was yet.
    version = models.ForeignKey(
        WorkflowVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    was_live = models.BooleanField(default=False, help_text="Whether the published version listened at that time.")
    content_hash = models.CharField(max_length=64, help_text="Of the draft, as it was tried.")
    workflow_data = ExactJSONField(help_text="The draft, as it was tried.")
    settings = ExactJSONField(default=dict)
    references = ExactJSONField(default=dict, help_text="What the draft names, as it stood then.")
    events = ExactJSONField(help_text="The names of the events it goes through, one after the other.")
    since = models.DateTimeField(help_text="The first moment of the period.")
    until = models.DateTimeField(help_text="The moment at which it ends; events of that moment are not in it.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    # How far it has come: which of `events`, and the last one looked at (the newest come first).
    stage = models.PositiveSmallIntegerField(default=0)
    after = models.UUIDField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0, help_text="Events looked at.")
    expected = models.PositiveIntegerField(null=True, blank=True, help_text="How many there are, counted at first.")
    fired_draft = models.PositiveIntegerField(default=0)
    fired_published = models.PositiveIntegerField(default=0)
    fired_both = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0, help_text="Events whose payload is no longer kept or damaged.")
    days = ExactJSONField(default=dict, help_text="By the account's day: events, draft, published, both, unreadable.")
    # What would be sent, of the newest events that either would have caught.
    rehearsed = models.PositiveIntegerField(default=0)
    sent = ExactJSONField(default=list, help_text="By step and recipient: how often.")
    remark = models.TextField(blank=True, help_text="Why it is not known what would be sent.")
    error = models.TextField(blank=True)
    job_id = models.UUIDField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "studio_backtests"
        ordering = ["-id"]
        verbose_name = "backtest"
        constraints = [
            models.UniqueConstraint(
                fields=["workflow"], condition=Q(state__in=["queued", "running"]), name="backtest_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
                name="backtest_over_has_an_end",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="backtest_period_not_empty"),
            models.CheckConstraint(
                condition=Q(fired_both__lte=F("fired_draft")) & Q(fired_both__lte=F("fired_published")),
                name="backtest_both_are_of_each",
            ),
        ]
        indexes = [
            # A workflow's page: its backtests, newest first.
            models.Index(fields=["workflow", "-id"], name="backtest_newest"),
        ]

    def __str__(self) -> str:
        return f"backtest {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"


class BacktestEvent(models.Model):
    """An event that the draft, the published version or both would have caught; of each kind the newest `MOST_KEPT`."""

    class Kind(models.TextChoices):
        NEW = "new", "Newly caught"
        LOST = "lost", "No longer caught"
        BOTH = "both", "Caught by both"

    id = models.BigAutoField(primary_key=True)
    backtest = models.ForeignKey(Backtest, on_delete=models.CASCADE, related_name="found", db_index=False)
    # No foreign key: events are deleted for their age, with one statement and without asking who names them.
    event_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "studio_backtest_events"
        ordering = ["-event_id"]
        constraints = [
            # Nothing is found twice; also the page about one event.
            models.UniqueConstraint(fields=["backtest", "event_id"], name="backtest_event_once"),
        ]
        indexes = [
            # The lists of a backtest, newest first, page by page.
            models.Index(fields=["backtest", "kind", "-event_id"], name="backtest_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.event_id}"
