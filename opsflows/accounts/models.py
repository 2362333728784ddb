"""Platform accounts, the sites they manage, people, their roles, API keys, teams, and who a name stands for."""

import uuid
import zoneinfo
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from opsflows.accounts.business_calendar import BusinessCalendar, BusinessHours, CalendarRevision, OwnDay
from opsflows.accounts.named import Named
from opsflows.accounts.roles import Role
from opsflows.audit.history import tracked
from opsflows.queue.ids import new_id

# Their files are their own; Django looks for models here.
__all__ = [
    "ApiKey",
    "BusinessCalendar",
    "BusinessHours",
    "CalendarRevision",
    "ManagedSite",
    "Membership",
    "Named",
    "OwnDay",
    "PlatformAccount",
    "Recipient",
    "Team",
    "TeamMember",
    "TeamTurn",
    "User",
    "check_zone",
]


def check_zone(name: str) -> None:
    """A form error unless `name` is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone; use a name such as Europe/Berlin or UTC.")


#: What Django writes of a person who signs in; kept out of history, the one as a secret, the other as machine state.
_SIGNING_IN = ("password", "last_login")


class User(AbstractUser):
    """A person who signs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    history = tracked(excluded=_SIGNING_IN)

    class Meta:
        db_table = "users"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Signing in writes here, too: it notes the time, and may hash the password anew. Neither changes the person.
        written = set(kwargs.get("update_fields") or ())
        if written and written.issubset(_SIGNING_IN):
            self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            vars(self).pop("skip_history_when_saving", None)


class PlatformAccount(models.Model):
    """The tenant: every row of OpsFlows belongs to one (Schema's `platform_account_id`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=255)
    timezone = models.CharField(max_length=63, default="UTC", validators=[check_zone])
    is_active = models.BooleanField(default=True)
    requires_four_eyes = models.BooleanField(
        "four eyes", default=False, help_text="What one person wants to publish goes live once another has approved it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = tracked()

    class Meta:
        db_table = "platform_accounts"
        ordering = ["name"]
        verbose_name = "account"

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The account's time zone, in which its dates and schedules are meant."""
        return zoneinfo.ZoneInfo(self.timezone)


class ManagedSite(models.Model):
    """A site or brand inside an account (Schema's `managed_site_id`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=255)
    domain = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    history = tracked()

    class Meta:
        db_table = "managed_sites"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="managed_site_name_once")]
        verbose_name = "site"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person may do in an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    manager = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whom approvals ask where they say “manager”.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = tracked()

    class Meta:
        db_table = "memberships"
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} in {self.account}"


class ApiKey(models.Model):
    """A key that acts as a person. Only its hash is kept; the key itself is shown once, when it is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys", help_text="Acts as this person.")
    name = models.CharField(max_length=255)
    prefix = models.CharField(max_length=16, help_text="The start of the key, to recognise it by.")
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(
        default=list, blank=True, help_text="Empty: whatever the person may do. Otherwise only what is listed."
    )
    deduplicate_by_content = models.BooleanField(
        default=False,
        help_text="Events sent without an Idempotency-Key count as the same when type, source and payload are equal.",
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = tracked(excluded=["key_hash", "last_used_at"])

    class Meta:
        db_table = "api_keys"
        ordering = ["name"]
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Team(Named):
    """People who share work: all of them are told, or the next in turn is given a task."""

    history = tracked(excluded=["name_key"])

    class Meta:
        db_table = "teams"
        ordering = ["name_key"]
        constraints = [models.UniqueConstraint(fields=["account", "name_key"], name="team_name_once")]


class TeamMember(models.Model):
    """Somebody in a team, at their place in its order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: the constraint below begins with it.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name="person")
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField("takes part", default=True, help_text="Off while somebody is away.")
    history = tracked()

    class Meta:
        db_table = "team_members"
        ordering = ["position", "id"]
        verbose_name = "member"
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return str(self.user)


class TeamTurn(models.Model):
    """Whose turn it was last. Machine state: apart from the team, so that it stays out of its history."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="turn")
    # No foreign key: a place in the order outlives the member who had it.
    member_id = models.UUIDField(null=True)
    position = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "team_turns"

    def __str__(self) -> str:
        return str(self.team_id)


class Recipient(Named):
    """What a name in a rule, such as `account_owner`, stands for: one of four, or nobody yet."""

    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="recipients")
    event_field = models.CharField(
        max_length=255, blank=True, help_text="Where the event names them, such as accountOwnerEmail or owner.email."
    )
    addresses = models.TextField(blank=True, help_text="Email addresses, one to a line.")
    history = tracked(excluded=["name_key"])

    class Meta:
        db_table = "recipients"
        ordering = ["name_key"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="recipient_name_once"),
            models.CheckConstraint(
                condition=(
                    Q(team__isnull=True, event_field="", addresses="")
                    | Q(person__isnull=True, event_field="", addresses="")
                    | Q(person__isnull=True, team__isnull=True, addresses="")
                    | Q(person__isnull=True, team__isnull=True, event_field="")
                ),
                name="recipient_stands_for_one",
            ),
        ]

    @property
    def is_nobody_yet(self) -> bool:
        """The name is known, and nobody has said yet who it is."""
        return not (self.person_id or self.team_id or self.event_field or self.addresses)
