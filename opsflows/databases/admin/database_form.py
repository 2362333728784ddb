"""The form of a database: how it is reached, and how much one query may take."""

from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site import fields
from opsflows.databases.access import sqlite_folder
from opsflows.databases.models import MOST_ROWS, MOST_SECONDS, Database
from opsflows.databases.sql import POSTGRESQL, SQLITE

_KEPT = "Kept encrypted and never shown again. Empty: the one that is kept."


class DatabaseForm(forms.Form):
    """Another database of `account` where `row` is None, otherwise changes of it. Name and kind are chosen once."""

    def __init__(
        self,
        *,
        account: PlatformAccount | None = None,
        row: Database | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        shown = row or Database()
        if row is None:
            self.fields["name"] = fields.text(
                "Name", max_length=64, help_text="What query steps call it, such as crm. It stays."
            )
            self.fields["kind"] = fields.choice("Kind", Database.Kind.choices)
        if row is None or row.kind == POSTGRESQL:
            self._add_server(shown)
        folder = sqlite_folder(account.pk) if account else None
        # Of one that is there it is known which of the two it is.
        hints = {POSTGRESQL: "Its name on the server.", SQLITE: f"A file in {folder}." if folder else ""}
        both = f"{hints[POSTGRESQL]} SQLite: a file in {folder}." if folder else hints[POSTGRESQL]
        self.fields["database_name"] = fields.text(
            "Database", max_length=255, initial=shown.database_name, help_text=hints[row.kind] if row else both
        )
        self.fields["row_limit"] = fields.number(
            "Rows at most", min_value=1, max_value=MOST_ROWS, initial=shown.row_limit, help_text="Of one query."
        )
        self.fields["time_limit"] = fields.number(
            "Seconds at most", min_value=1, max_value=MOST_SECONDS, initial=shown.time_limit, help_text="Of one query."
        )
        first = ["name", "kind", "host", "port", "database_name"]
        self.order_fields([name for name in first if name in self.fields])

    def _add_server(self, row: Database) -> None:
        is_new = row._state.adding
        self.fields["host"] = fields.text(
            "Server",
            max_length=255,
            required=False,
            initial=row.host,
            help_text="Such as db.example.com. A private address needs OUTBOUND_ALLOWED_NETWORKS.",
        )
        self.fields["port"] = fields.number("Port", min_value=1, max_value=65535, initial=row.port, required=False)
        self.fields["username"] = fields.text(
            "User",
            max_length=255,
            required=False,
            initial=row.username,
            help_text="One who may do there what workflows shall do, and no more.",
        )
        self.fields["password"] = fields.secret(
            "Password", required=False, help_text="Kept encrypted and never shown again." if is_new else _KEPT
        )
        self.fields["tls"] = fields.choice("Encryption", Database.Tls.choices, initial=row.tls)
        self.fields["ca_certificate"] = fields.prose(
            "Certificate authority",
            required=False,
            initial=row.ca_certificate,
            help_text="PEM, where the server's certificate comes from an authority of its own. Empty: the usual ones.",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if "port" in data and data["port"] is None:
            data["port"] = Database().port
        return data


def change_form(*, row: Database, data: Mapping[str, Any] | None = None) -> DatabaseForm:
    """The form that changes `row`."""
    return DatabaseForm(account=row.account, row=row, data=data)
