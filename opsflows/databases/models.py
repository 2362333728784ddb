"""Databases that an administrator allowed workflows to ask, and statements that they may run there by name."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from opsflows.accounts.models import PlatformAccount
from opsflows.audit.history import tracked
from opsflows.databases.sql import MAX_SQL, POSTGRESQL, SQLITE, parse_sql
from opsflows.queue.ids import new_id
from opsflows.vault import EncryptedTextField

#: Also how a database is known for one of ours: nobody else has a table of this name.
TABLE = "query_databases"
MOST_ROWS = 10_000
#: With connecting before and tidying up behind it, a query stays below the longest call (60 s).
MOST_SECONDS = 40


class Database(models.Model):
    """A connection that query steps of the account may use."""

    class Kind(models.TextChoices):
        POSTGRESQL = POSTGRESQL, "PostgreSQL"
        SQLITE = SQLITE, "SQLite (a file on the server)"

    class Tls(models.TextChoices):
        VERIFY = "verify-full", "Encrypted, certificate and name checked"
        REQUIRE = "require", "Encrypted, but whoever answers is believed"
        DISABLE = "disable", "Not encrypted"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The constraint on names begins with the account.
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    name = models.SlugField(max_length=64, db_index=False, help_text="What query steps call it, such as crm.")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.POSTGRESQL)
    host = models.CharField(max_length=255, blank=True)
    port = models.PositiveIntegerField(default=5432, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    database_name = models.CharField("database or file", max_length=255)
    username = models.CharField(max_length=255, blank=True)
    password = EncryptedTextField(blank=True, default="")
    tls = models.CharField("encryption", max_length=16, choices=Tls.choices, default=Tls.VERIFY)
    ca_certificate = models.TextField("certificate authority", blank=True)
    row_limit = models.PositiveIntegerField(
        default=1000, validators=[MinValueValidator(1), MaxValueValidator(MOST_ROWS)]
    )
    time_limit = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(1), MaxValueValidator(MOST_SECONDS)]
    )
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked(excluded=["password"])

    class Meta:
        db_table = TABLE
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="query_database_name_once"),
            models.CheckConstraint(condition=Q(kind__in=[POSTGRESQL, SQLITE]), name="query_database_kind_known"),
            models.CheckConstraint(
                condition=Q(tls__in=["verify-full", "require", "disable"]), name="query_database_tls_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """An SQL text that query steps run by its name; only such a one may write, and only where it says so."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, db_index=False)
    # The constraint on names begins with the database.
    database = models.ForeignKey(Database, on_delete=models.CASCADE, related_name="statements", db_index=False)
    name = models.SlugField(max_length=64, db_index=False, help_text="What query steps call it, such as add-payment.")
    description = models.CharField("what it is for", max_length=255, blank=True)
    sql = models.TextField("SQL", max_length=MAX_SQL)
    writes = models.BooleanField(default=False)
    repeat_safe = models.BooleanField("safe to repeat", default=False)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    class Meta:
        db_table = "query_statements"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["database", "name"], name="query_statement_name_once")]
        indexes = [
            # The admin's list of an account, by name.
            models.Index(fields=["account", "name"], name="query_statement_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that a step gives values for; `key` is the step's own and not among them."""
        return tuple(name for name in parse_sql(self.sql, self.database.kind).names if name != KEY)


#: The parameter that holds the step's idempotency key, whatever the step says.
KEY = "key"
