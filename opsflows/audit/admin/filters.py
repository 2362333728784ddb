"""How the audit trail is narrowed: each filter has an index, and offers what there is without reading all of it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.accounts.models import User
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.audit.models import AuditEntry
from opsflows.audit.words import action_in_words

#: People that the filter offers; the others are found from an entry of theirs.
_OFFERED = 200
# From each action to the next one in the index: as many look-ups as there are kinds of action, however many entries.
_ACTIONS = """
WITH RECURSIVE found(action) AS (
    SELECT MIN(action) FROM audit_entries WHERE account_id = %(account)s
    UNION ALL
    SELECT (SELECT MIN(action) FROM audit_entries WHERE account_id = %(account)s AND action > found.action)
    FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found WHERE action IS NOT NULL
"""


def actions_of(account_id: uuid.UUID) -> list[str]:
    """Every action that the account's trail knows, in order."""
    account = account_id if connection.features.has_native_uuid_field else account_id.hex
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS, {"account": account})
        return [action for (action,) in cursor.fetchall()]


class ActionFilter(ChoiceFilter):
    title = "Action"
    parameter_name = "action"
    all_label = "Any action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        actions = actions_of(membership.account_id) if membership else []
        return [(action, action_in_words(action)) for action in actions]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(action=value)


class PersonFilter(ChoiceFilter):
    title = "Person"
    parameter_name = "person"
    all_label = "Anybody"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        if membership is None:
            return []
        people = User.objects.filter(memberships__account=membership.account_id).order_by("username")
        offered = [(str(pk), name) for pk, name in people.values_list("pk", "username")[:_OFFERED]]
        chosen = as_uuid(request.GET.get(self.parameter_name, ""))
        # Somebody who is a member no more: offered where the trail knows them.
        if chosen and str(chosen) not in dict(offered) and self._is_known(membership.account_id, chosen):
            offered += [(str(pk), name) for pk, name in User.objects.filter(pk=chosen).values_list("pk", "username")]
        return offered

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(user_id=value)

    def _is_known(self, account_id: uuid.UUID, person: uuid.UUID) -> bool:
        return AuditEntry.objects.filter(account_id=account_id, user_id=person).order_by().exists()


class RowFilter(ChoiceFilter):
    """What was done with one row; its page leads here, with `workflows.workflow:<id>`."""

    title = "With"
    parameter_name = "object"
    all_label = "With anything"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        kind, colon, pk = chosen.partition(":")
        return [(chosen, f"This {kind.rpartition('.')[2]} only")] if kind and colon and pk else []

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        kind, _, pk = value.partition(":")
        return rows.filter(object_type=kind, object_id=pk)
