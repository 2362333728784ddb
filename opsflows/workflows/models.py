"""Definitions: what staff edit, what was published, what was live when, and what waits for a second pair of eyes."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.models import ManagedSite, PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class Kept(models.Manager["Workflow"]):
    """The workflows that were not deleted. Runs and versions still lead to the others (`Workflow.every`)."""

    def get_queryset(self) -> models.QuerySet["Workflow"]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class Workflow(models.Model):
    """A rule that staff keep. `workflow_data` is the draft; what runs is `published_version`."""

    class Category(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"
        SUPPORT = "support", "Support"
        OPERATIONS = "operations", "Operations"
        CUSTOM = "custom", "Other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="workflows", db_index=False)
    managed_site = models.ForeignKey(ManagedSite, on_delete=models.SET_NULL, null=True, blank=True)
    workflow_name = models.CharField("name", max_length=255)
    description = models.TextField(blank=True)
    workflow_data = ExactJSONField(default=dict, blank=True, help_text="The draft: React Flow's nodes and edges.")
    trigger_config = ExactJSONField(default=dict, blank=True, help_text="What starts it, read off the draft's trigger.")
    settings = ExactJSONField(default=dict, blank=True, help_text="Limits, priority and errorHandling, as in Rules.")
    is_active = models.BooleanField("active", default=False, help_text="Live: listens to events.")
    is_template = models.BooleanField(default=False)
    category = models.CharField(max_length=16, choices=Category.choices, default=Category.CUSTOM)
    revision = models.PositiveIntegerField(default=1, editable=False)
    published_version = models.ForeignKey(
        "WorkflowVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # Rolled up behind the engine, never written by a run (no hot rows).
    execution_count = models.PositiveIntegerField(default=0, editable=False)
    success_rate = models.DecimalField(max_digits=5, decimal_places=2, default=0, editable=False)
    last_executed = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Hidden from then on, and kept for the runs and versions that point here.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    search_text = models.TextField(blank=True, default="", editable=False, help_text="What a search looks through.")
    # What is read off the draft, or counted, would only say the same again.
    history = tracked(excluded=["trigger_config", "execution_count", "success_rate", "last_executed", "search_text"])
    every = models.Manager()
    objects = Kept()

    class Meta:
        db_table = "workflows"
        ordering = ["workflow_name"]
        default_manager_name = "objects"
        # A run of a deleted workflow still has one.
        base_manager_name = "every"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(published_version__isnull=False), name="workflow_live_is_published"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(deleted_at__isnull=True), name="workflow_deleted_is_off"
            ),
        ]
        indexes = [
            # The API's list, newest first.
            models.Index(fields=["account", "-id"], name="workflow_newest"),
            # The admin's list, by name.
            models.Index(fields=["account", "workflow_name"], name="workflow_by_name"),
            # The index of listeners: every live workflow (index.py).
            models.Index(fields=["account"], name="workflow_live", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.workflow_name


class WorkflowTag(models.Model):
    """One tag on one workflow, in small letters. Rows of their own, so that an index finds what bears one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    # No index of its own: the constraint below begins with it, and serves the page of the workflow.
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    history = tracked()

    class Meta:
        db_table = "workflow_tags"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workflow", "name"], name="workflow_tag_once")]
        indexes = [
            # The workflows that bear a tag, and the tags of an account.
            models.Index(fields=["account", "name", "workflow"], name="workflow_tag_bearers"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkflowVersion(models.Model):
    """A published definition. It never changes; a run finishes on the one it started with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    workflow_data = ExactJSONField()
    settings = ExactJSONField(default=dict)
    trigger_event = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=64)
    references = ExactJSONField(
        default=dict, help_text="What it names (message templates, …), as it stood when it was published."
    )
    kind_versions = models.JSONField(
        default=dict, help_text="Of each step kind it uses, the version it was written for."
    )
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workflow_versions"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["workflow", "number"], name="workflow_version_once")]
        indexes = [
            # Explain: the workflows that listen, or ever listened, to an event's name.
            models.Index(fields=["trigger_event", "workflow"], name="version_by_trigger"),
        ]
        verbose_name = "version"

    def __str__(self) -> str:
        return f"version {self.number}"


class WorkflowActivation(models.Model):
    """From when until when a version listened; explain and backtest read what was live at a moment."""

    id = models.BigAutoField(primary_key=True)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="activations")
    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="activations")
    active_from = models.DateTimeField()
    active_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "workflow_activations"
        ordering = ["-active_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow"], condition=Q(active_to__isnull=True), name="workflow_one_activation_open"
            ),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")),
                name="activation_not_backwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} from {self.active_from:%Y-%m-%d %H:%M}"


class PublishRequest(models.Model):
    """What one person wants to publish, and what another said to it. `content_hash` is what was asked for, exactly."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="publish_requests", db_index=False)
    content_hash = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(help_text="Of the draft, when it was asked for.")
    note = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was declined.")

    class Meta:
        db_table = "publish_requests"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["workflow"], condition=Q(status="open"), name="publish_request_one_open"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at__isnull=True)
                | Q(status__in=["approved", "declined", "withdrawn"], decided_at__isnull=False),
                name="publish_request_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | ~Q(decided_by=F("requested_by")), name="publish_request_four_eyes"
            ),
        ]
        indexes = [
            # What waits for somebody in an account.
            models.Index(fields=["account", "-id"], name="publish_request_open", condition=Q(status="open")),
            # The requests of a workflow.
            models.Index(fields=["workflow", "content_hash"], name="publish_request_of"),
        ]

    def __str__(self) -> str:
        return f"asked {self.requested_at:%Y-%m-%d %H:%M}: {self.status}"


class IndexEpoch(models.Model):
    """One row: a number that rises with every change of what is live, so that routers know their index is old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.PositiveBigIntegerField(default=1)

    class Meta:
        db_table = "workflow_index_epoch"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="index_epoch_single_row")]

    def __str__(self) -> str:
        return str(self.epoch)
