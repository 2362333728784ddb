"""Writing JSON: exact numbers for storage, one canonical spelling for hashes."""

import datetime
import hashlib
import uuid
from typing import Any

import simplejson


def dump_json(value: Any) -> str:
    """`value` as compact JSON text; a `Decimal` is written as the number it is, dates and UUIDs as strings."""
    return _compact.encode(value)


def canonical_json(value: Any) -> str:
    """`value` with sorted keys and no spaces: equal documents give equal texts."""
    return _canonical.encode(value)


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def _default(value: object) -> Any:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _encoder(*, sort_keys: bool) -> simplejson.JSONEncoder:
    return simplejson.JSONEncoder(
        use_decimal=True,
        default=_default,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=sort_keys,
    )


# Made once: building one costs as much as writing a small document.
_compact = _encoder(sort_keys=False)
_canonical = _encoder(sort_keys=True)
