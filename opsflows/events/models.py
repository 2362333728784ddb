"""The event catalog, inbound sources, the event store."""

import secrets
import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id
from opsflows.vault import EncryptedTextField

DEFAULT_BODY_LIMIT = 1024 * 1024


class EventType(models.Model):
    """An entry of the catalog (Schema's `webhook_events`). Without an account it belongs to everyone."""

    class Category(models.TextChoices):
        USER = "user"
        ORDER = "order"
        PRODUCT = "product"
        PAYMENT = "payment"
        CONTENT = "content"
        SYSTEM = "system"
        CUSTOM = "custom"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.CASCADE, null=True, blank=True)
    event_name = models.CharField(max_length=255)
    event_category = models.CharField(max_length=16, choices=Category.choices, default=Category.CUSTOM)
    description = models.TextField(blank=True)
    payload_schema = models.JSONField(default=dict, blank=True)
    is_system_event = models.BooleanField(default=True)
    is_customizable = models.BooleanField(default=False)
    # Digests of what came with OpsFlows, by field: where one still fits, staff changed nothing, and a new edition may.
    shipped = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = tracked(excluded=["shipped"])

    class Meta:
        db_table = "webhook_events"
        ordering = ["event_name"]
        verbose_name = "catalog event"
        constraints = [
            models.UniqueConstraint(
                fields=["event_name"], condition=Q(account__isnull=True), name="catalog_event_once_for_everyone"
            ),
            models.UniqueConstraint(fields=["account", "event_name"], name="catalog_event_once_in_account"),
        ]

    def __str__(self) -> str:
        return self.event_name


def new_token() -> str:
    """The unguessable part of a source's address: 32 random bytes."""
    return secrets.token_urlsafe(32)


class Source(models.Model):
    """Where a vendor's webhooks come in: `/hooks/<token>`, checked by a connector's preset."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=255)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    connector = models.CharField(max_length=64, help_text="How the vendor signs: the connector's preset.")
    options = models.JSONField(default=dict, blank=True)
    event_names = models.JSONField(
        default=dict, blank=True, help_text="Incoming names and what they are called here, where that is another name."
    )
    allowed_networks = models.JSONField(
        default=list, blank=True, help_text="Addresses or networks that may send; empty: any."
    )
    max_body_bytes = models.PositiveIntegerField(
        default=DEFAULT_BODY_LIMIT,
        validators=[MinValueValidator(1024), MaxValueValidator(10 * 1024 * 1024)],
        help_text="Larger requests are refused with 413.",
    )
    is_active = models.BooleanField(default=True, help_text="Off: requests are refused with 410.")
    # Bumped by every change of the source or its secrets; the ingest statement names the revision it verified against.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # The address is what a sender has to know, so it is treated as a secret.
    history = tracked(excluded=["token"])

    class Meta:
        db_table = "sources"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="source_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The path vendors send to."""
        return f"/hooks/{self.token}"


class SourceSecret(models.Model):
    """One of a source's signing secrets; several are valid at once while a vendor rotates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="secrets")
    label = models.CharField(max_length=64, blank=True)
    value = EncryptedTextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "source_secrets"
        ordering = ["-created_at"]
        verbose_name = "secret"

    def __str__(self) -> str:
        return self.label or f"added {self.created_at:%Y-%m-%d}"


class Rejection(models.Model):
    """How often requests were refused for one reason in one hour; the requests themselves are not kept."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="rejections")
    reason = models.CharField(max_length=32)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    last_detail = models.TextField(blank=True)
    last_address = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "event_rejections"
        ordering = ["-hour"]
        constraints = [models.UniqueConstraint(fields=["source", "reason", "hour"], name="rejection_counter_once")]
        indexes = [
            # The roll-up and the daily summary: the counts of some hours. A count that rises leaves it untouched.
            models.Index(fields=["hour"], name="rejection_by_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} × {self.count}"


class Event(models.Model):
    """Something that happened. One row is the promise that it will be handed to everyone who cares."""

    class Door(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        API = "api", "Events API"
        STEP = "step", "A workflow's step"
        SCHEDULE = "schedule", "A schedule"
        SAVE = "save", "A saved row"
        SYSTEM = "system", "OpsFlows itself"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    # No index of its own: (source, id) below serves it.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    source_label = models.CharField(max_length=255, blank=True, help_text="What the sender calls itself.")
    door = models.CharField(max_length=16, choices=Door.choices)
    name = models.CharField(max_length=255)
    occurred_at = models.DateTimeField(help_text="When it happened, as the sender says; else when it came in.")
    received_at = models.DateTimeField()
    routed_at = models.DateTimeField(null=True, blank=True, help_text="When it was handed to its consumers.")
    acknowledged_at = models.DateTimeField(null=True, blank=True, help_text="When a reader of the inbox took it.")
    # How many workflows stand between this event and the outside; a loop is cut at a set depth.
    depth = models.PositiveSmallIntegerField(default=0)
    cause_execution_id = models.UUIDField(null=True, blank=True)
    cause_step_id = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "events"
        ordering = ["-id"]
        indexes = [
            # route: the oldest events that nobody has been handed yet.
            models.Index(fields=["id"], name="event_unrouted", condition=Q(routed_at__isnull=True)),
            # The admin's list, newest first, of an account; by name; by source.
            models.Index(fields=["account", "-id"], name="event_newest"),
            models.Index(fields=["account", "name", "-id"], name="event_newest_by_name"),
            models.Index(fields=["source", "-id"], name="event_newest_by_source"),
            # GET /inbox: pending events, oldest first.
            models.Index(
                fields=["account", "id"],
                name="event_inbox",
                condition=Q(acknowledged_at__isnull=True, door="api"),
            ),
            # A run's page: the events it emitted.
            models.Index(
                fields=["cause_execution_id"], name="event_by_cause", condition=Q(cause_execution_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> str:
        """Triggers' word for it: `pending` until a reader of the inbox acknowledges."""
        return "acknowledged" if self.acknowledged_at else "pending"


class EventPayload(models.Model):
    """What an event carries; apart from `events`, so that lists stay narrow and payloads can be dropped by age."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="payload")
    data = ExactJSONField(help_text="What conditions and templates read.")
    body = models.BinaryField(help_text="The request's bytes as they came.", null=True)
    headers = models.JSONField(default=dict, help_text="The request's headers, secrets masked.")

    class Meta:
        db_table = "event_payloads"

    def __str__(self) -> str:
        return str(self.event_id)


class EventKey(models.Model):
    """Deduplication: one key, one event, for as long as the key is kept, which is longer than the payload."""

    pk = models.CompositePrimaryKey("scope", "key")
    scope = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    event_id = models.UUIDField()
    # SHA-256 of what was sent, where the contract asks whether a repeated key carries the same request.
    body_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "event_keys"
        indexes = [
            # Upkeep: the keys of events that are deleted.
            models.Index(fields=["event_id"], name="event_key_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.scope}/{self.key}"


class EventRepeat(models.Model):
    """How often an event came again under its key, and when last. Most events never do, and have no row here."""

    # Without a constraint: a copy that comes while its event is deleted for its age must not fail for that.
    event = models.OneToOneField(
        Event, on_delete=models.CASCADE, primary_key=True, related_name="repeat", db_constraint=False
    )
    count = models.PositiveIntegerField(help_text="How often it came after the first time.")
    last_at = models.DateTimeField()

    class Meta:
        db_table = "event_repeats"

    def __str__(self) -> str:
        return f"{self.event_id} × {self.count + 1}"


class RoutingFailure(models.Model):
    """An event that one consumer could not take. It is set aside for that consumer alone; the others went on."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="routing_failures")
    consumer = models.CharField(max_length=64)
    error = models.TextField()
    failed_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "event_routing_failures"
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="routing_failure_once")]
        indexes = [
            # What is set aside still: the number in the sidebar, the first page.
            models.Index(fields=["-id"], name="routing_failure_open", condition=Q(resolved_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.error[:80]}"
