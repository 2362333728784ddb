"""Definitions: what staff edit, what was published, and what was live when."""

from django.db import models
from django.db.models import F, Q

from opsflows.accounts.models import ManagedSite, PlatformAccount, User
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class Workflow(models.Model):
    """A rule that staff keep. `workflow_data` is the draft; what runs is `published_version`."""

    class Category(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"
        SUPPORT = "support", "Support"
        OPERATIONS = "operations", "Operations"
        CUSTOM = "custom", "Other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="workflows")
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

    class Meta:
        db_table = "workflows"
        ordering = ["workflow_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(published_version__isnull=False), name="workflow_live_is_published"
            ),
        ]
        indexes = [
            # The index of listeners: every live workflow (index.py).
            models.Index(fields=["account"], name="workflow_live", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.workflow_name


class WorkflowVersion(models.Model):
    """A published definition. It never changes; a run finishes on the one it started with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    workflow_data = ExactJSONField()
    settings = ExactJSONField(default=dict)
    trigger_event = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=64)
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


class IndexEpoch(models.Model):
    """One row: a number that rises with every change of what is live, so that routers know their index is old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.PositiveBigIntegerField(default=1)

    class Meta:
        db_table = "workflow_index_epoch"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="index_epoch_single_row")]

    def __str__(self) -> str:
        return str(self.epoch)
