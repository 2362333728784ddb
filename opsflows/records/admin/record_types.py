"""Which types of records an account has, and which of its records begin how somebody typed."""

import uuid
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from opsflows.records.models import Record
from opsflows.records.models.record import sought

MOST_TYPES = 50
#: Records that a search finds by key, and by title.
_MOST_FOUND = 50
#: From one type to the next through the index `record_newest_of_type`: DISTINCT would read every record.
_TYPES = """
WITH RECURSIVE found(type) AS (
    SELECT (SELECT MIN(type) FROM records WHERE account_id = %s)
    UNION ALL
    SELECT (SELECT MIN(type) FROM records WHERE account_id = %s AND type > found.type)
    FROM found WHERE found.type IS NOT NULL
)
SELECT type FROM found WHERE type IS NOT NULL LIMIT %s
"""


def types_of(account_id: uuid.UUID) -> list[str]:
    """The types of the account's records, at most `MOST_TYPES` of them, in order."""
    key = Record._meta.get_field("account").get_db_prep_value(account_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(_TYPES, [key, key, MOST_TYPES])
        return [name for (name,) in cursor.fetchall()]


def beginning_with(rows: QuerySet[Record], term: str) -> list[Any]:
    """The ids of those of `rows` whose key or title begins with `term`: two short walks along an index."""
    # In no order: to sort what begins with one letter, all of it would have to be read.
    keys = rows.filter(_begins("key", term)).order_by()
    titles = rows.filter(_begins("title_sought", sought(term))).order_by()
    return [pk for found in (keys, titles) for pk in found.values_list("pk", flat=True)[:_MOST_FOUND]]


def all_beginning_with(rows: QuerySet[Record], term: str) -> QuerySet[Record]:
    """Those of `rows` whose key or title begins with `term`, however many they are."""
    return rows.filter(_begins("key", term) | _begins("title_sought", sought(term)))


def _begins(field: str, term: str) -> Q:
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": term})
    # SQLite compares LIKE without case, and then uses no index.
    return Q(**{f"{field}__gte": term, f"{field}__lt": f"{term}\U0010ffff"})
