"""A condition on a column of our own, as text in the statement instead of as a parameter."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL


def written_out(condition: str) -> RawSQL:
    """`condition`, a constant of the code that names its table, for `filter()` or `Q()`.

    SQLite uses a partial index only where it can read the index's own condition in the statement; a parameter hides it.
    """
    return RawSQL(condition, (), output_field=BooleanField())  # noqa: S611  (never anything that somebody sent)
