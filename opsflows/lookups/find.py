"""Tables, segments and lists by the name that rules call them; what a version keeps of each when it is published."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from opsflows.lookups.models import LookupTable, NamedList, Segment
from opsflows.lookups.names import near
from opsflows.rules.conditions.named import LIST, SEGMENT
from opsflows.workflows.named_conditions import names_in
from opsflows.workflows.references import UnknownReference, resolver

#: The kind under which steps refer to a table.
TABLE = "lookup"


def lists_of(account_id: uuid.UUID) -> QuerySet[NamedList]:
    """The account's own lists, and those that came with the house."""
    return NamedList.objects.filter(Q(account=account_id) | Q(account=None))


@resolver(TABLE)
def resolve_table(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """Which content the table has; the rows themselves stay where they are. Raises `UnknownReference`."""
    rows = LookupTable.objects.filter(account=account_id)
    found = rows.filter(name=name).values_list("snapshot__content_hash", "snapshot__columns").first()
    if found is None:
        hint = near(name, rows.values_list("name", flat=True), where="Workflows, Lookup tables")
        raise UnknownReference(f"There is no lookup table {name!r}. {hint}")
    content_hash, columns = found
    return {"hash": content_hash, "columns": [column["name"] for column in columns]}


@resolver(SEGMENT, inner=lambda content: names_in(content["conditions"]))
def resolve_segment(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The segment's conditions. Raises `UnknownReference`."""
    rows = Segment.objects.filter(account=account_id)
    segment = rows.filter(name=name).first()
    if segment is None:
        hint = near(name, rows.values_list("name", flat=True), where="Workflows, Segments")
        raise UnknownReference(f"There is no segment {name!r}. {hint}")
    return {"conditions": segment.conditions}


@resolver(LIST)
def resolve_list(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The list's values: the account's own of the name, else the house's. Raises `UnknownReference`."""
    rows = lists_of(account_id)
    found = max(rows.filter(name=name), key=lambda row: row.account_id is not None, default=None)
    if found is None:
        hint = near(name, rows.values_list("name", flat=True), where="Workflows, Lists")
        raise UnknownReference(f"There is no list {name!r}. {hint}")
    return {"values": found.values}
