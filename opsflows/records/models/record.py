"""Records: what the business is about, such as customers, deals, contracts and offers."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount, User
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField
from opsflows.queue.ids import new_id

TYPE_RULE = "Give a type of small letters, digits and underscores that begins with a letter, such as customer or deal."
check_type = RegexValidator(r"^[a-z][a-z0-9_]{0,62}\Z", TYPE_RULE)

#: Letters of a title, or of a search for one, that are compared.
SOUGHT = 200


def sought(title: str) -> str:
    """How `title` is compared when somebody looks for it."""
    return title.casefold()[:SOUGHT]


class Record(models.Model):
    """One customer, deal, contract, offer, …: its fields in `data`, found again by type and key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    type = models.CharField(max_length=63, validators=[check_type], help_text=TYPE_RULE)
    key = models.CharField(
        max_length=255, null=True, blank=True, help_text="What it is called elsewhere, such as the CRM's id."
    )
    title = models.CharField(max_length=500)
    data = ExactJSONField(default=dict, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_name = models.CharField(max_length=255, blank=True, help_text="A person, a team or a role, as it was given.")
    based_on = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # How the title begins, for searches whatever the case of letters, on either database.
    title_sought = models.CharField(max_length=SOUGHT, editable=False)
    history = tracked(excluded=["title_sought", "updated_at"])

    class Meta:
        db_table = "records"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="record_key_none_or_some"),
            # Also finds a record by the id that it has elsewhere.
            models.UniqueConstraint(fields=["account", "type", "key"], name="record_key_once"),
        ]
        indexes = [
            # The admin's list of an account, newest first; of one type, and which types there are.
            models.Index(fields=["account", "-id"], name="record_newest"),
            models.Index(fields=["account", "type", "-id"], name="record_newest_of_type"),
            # The admin's search: how a key or a title begins. PostgreSQL needs its pattern classes for that.
            models.Index(
                fields=["account", "key"], name="record_by_key", opclasses=["uuid_ops", "varchar_pattern_ops"]
            ),
            models.Index(
                fields=["account", "title_sought"],
                name="record_by_title",
                opclasses=["uuid_ops", "varchar_pattern_ops"],
            ),
            # A record's page: what is based on it, such as the offers for a contract.
            models.Index(fields=["based_on", "-id"], name="record_by_base", condition=Q(based_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title_sought = sought(self.title)
        super().save(*args, **kwargs)
