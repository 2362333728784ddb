"""The model field for JSON whose numbers matter."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from opsflows.jsontext.parse import read_stored
from opsflows.jsontext.write import dump_json


class ExactJSONField(models.JSONField):
    """A `JSONField` that keeps fractions as `Decimal`, where Django's own would turn them to float or to text.

    A `str` subclass instance of `JsonText` is taken as JSON already written, so that a body verified once is not
    parsed and written again on its way to the row.
    """

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return super().get_db_prep_value(value, connection, prepared)
        text = value if isinstance(value, JsonText) else dump_json(value)
        if connection.vendor == "postgresql":
            from psycopg.types.json import Jsonb

            return Jsonb(text, dumps=str)
        return str(text)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if not isinstance(value, str | bytes):
            return value
        return read_stored(value if isinstance(value, str) else value.decode("utf-8"))


class JsonText(str):
    """Text that is known to be valid JSON."""

    __slots__ = ()
