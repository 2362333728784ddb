"""`workflow_waits`: events that a run waits for, or that end it."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.runs.models.execution import Execution


class EventWait(models.Model):
    """One thing that one run listens for, until it came, its time is over, or the run ends.

    An event may come before this row is committed: `looked_back` says whether somebody has looked since.
    """

    class Purpose(models.TextChoices):
        STEP = "step", "A step waits for it"
        EXIT = "exit", "It ends the run"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="waits", db_index=False)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    # The place in the run (step, iteration, generation, attempt), or the number of the exit: one row each.
    place = models.CharField(max_length=350)
    # The queue row that it wakes. No foreign key: it is deleted with the commit that ends the run.
    item_id = models.UUIDField()
    event_name = models.CharField(max_length=255)
    # Which field of the event must have which value; both empty where any event of the name will do.
    match_field = models.CharField(max_length=255, blank=True)
    match_key = models.CharField(max_length=64, blank=True, help_text="The value, as a hash of its plain form.")
    match_value = ExactJSONField(null=True, help_text="The value itself.")
    conditions = ExactJSONField(null=True, help_text="What else must hold for the event.")
    reason = models.CharField(max_length=255, blank=True, help_text="Of an exit: what the run's page says.")
    since = models.DateTimeField(help_text="Events received before this do not count.")
    looked_back = models.BooleanField(default=False)
    # How far the look back has come, where there is more to look at than one piece of work may take.
    looked_to = models.UUIDField(null=True)
    is_open = models.BooleanField(default=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workflow_waits"
        constraints = [
            # Also serves the waits of a run, when it ends or leaves one.
            models.UniqueConstraint(fields=["execution", "purpose", "place"], name="wait_once_per_place"),
            models.CheckConstraint(condition=Q(is_open=False) | Q(event__isnull=True), name="wait_open_without_event"),
        ]
        indexes = [
            # Routing: who listens for this event, with this value.
            models.Index(
                fields=["account", "event_name", "match_field", "match_key"],
                name="wait_open",
                condition=Q(is_open=True),
            ),
            # Waits that were committed and not yet looked back for: nearly none at any time.
            models.Index(fields=["created_at"], name="wait_new", condition=Q(is_open=True, looked_back=False)),
            # What did this event wake? Retention asks, before an event goes.
            models.Index(fields=["event"], name="wait_by_event", condition=Q(event__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} for {self.place}"
