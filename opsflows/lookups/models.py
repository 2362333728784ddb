"""What rules look things up in: tables, saved segments, named lists. All are called by their names."""

from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id


class LookupSnapshot(models.Model):
    """The content of a table at some time. It never changes, and equal contents of an account are one row.

    `columns` are `{"name", "type"}`, the key's first; each of `rows` is a list with a value (or null) for each of them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False, related_name="+")
    content_hash = models.CharField(max_length=64)
    columns = ExactJSONField()
    rows = ExactJSONField()
    row_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "lookup_snapshots"
        # What published versions name; runs look a snapshot up by it.
        constraints = [models.UniqueConstraint(fields=["account", "content_hash"], name="lookup_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.row_count} row{'' if self.row_count == 1 else 's'} ({self.content_hash[:8]})"


class LookupTable(models.Model):
    """A small table that staff keep. Its content is a snapshot; a version keeps that of its day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below is what names are looked up by.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=100, help_text="What steps call it, such as discounts.")
    description = models.CharField("what it is for", max_length=255, blank=True)
    snapshot = models.ForeignKey(LookupSnapshot, on_delete=models.PROTECT, related_name="+", verbose_name="content")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "lookup_tables"
        ordering = ["name"]
        verbose_name = "lookup table"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="lookup_table_once_in_account")]

    def __str__(self) -> str:
        return self.name


class Segment(models.Model):
    """A condition under a name, for any condition of any workflow."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below is what names are looked up by.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=100, help_text="What conditions call it, such as enterprise.")
    description = models.CharField("what it is for", max_length=255, blank=True)
    conditions = ExactJSONField(help_text="As in Rules: logic and rules.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "segments"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="segment_once_in_account")]

    def __str__(self) -> str:
        return self.name


class NamedList(models.Model):
    """Values under a name. Without an account it came with the house, for everyone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraints below are what names are looked up by.
    account = models.ForeignKey(
        PlatformAccount, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=100, help_text="What conditions call it, such as EU.")
    description = models.CharField("what it is for", max_length=255, blank=True)
    values = ExactJSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "named_lists"
        ordering = ["name"]
        verbose_name = "list"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(account__isnull=True), name="named_list_once_for_everyone"
            ),
            models.UniqueConstraint(fields=["account", "name"], name="named_list_once_in_account"),
        ]

    def __str__(self) -> str:
        return self.name
