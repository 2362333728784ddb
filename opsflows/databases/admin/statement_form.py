"""The form of a statement: its text, and whether it may write."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.databases.models import KEY, Database, Statement
from opsflows.databases.sql import MAX_SQL
from opsflows.databases.write import MOST

_SQL = (
    f"One statement; a value that a step gives is written as :name. :{KEY} is the step's own key, the same however "
    "often the step is tried."
)
_SAFE = (
    f"Only where running it twice with one :{KEY} does what running it once does, as INSERT … ON CONFLICT DO NOTHING "
    f"with :{KEY} in a unique column. Otherwise a person is asked when a crash leaves it open whether it ran."
)


class StatementForm(forms.Form):
    """Another statement of one of the account's databases where `row` is None, otherwise changes of it."""

    def __init__(
        self,
        *,
        account_id: uuid.UUID | None = None,
        database: str = "",
        row: Statement | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        shown = row or Statement()
        if row is None:
            rows = Database.objects.filter(account=account_id).order_by("name")
            offered = [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:MOST]]
            self.fields["database"] = fields.choice("Database", offered, initial=database)
            self.fields["name"] = fields.text(
                "Name", max_length=64, help_text="What query steps call it, such as add-payment. It stays."
            )
        self.fields["description"] = fields.text(
            "What it is for", max_length=255, required=False, initial=shown.description
        )
        self.fields["sql"] = fields.prose("SQL", rows=10, max_length=MAX_SQL, initial=shown.sql, help_text=_SQL)
        self.fields["writes"] = fields.switch(
            "It may write", initial=shown.writes, help_text="Off: it runs in a transaction that only reads."
        )
        self.fields["repeat_safe"] = fields.switch("Safe to repeat", initial=shown.repeat_safe, help_text=_SAFE)


def change_form(*, row: Statement, data: Mapping[str, Any] | None = None) -> StatementForm:
    """The form that changes `row`."""
    return StatementForm(row=row, data=data)
