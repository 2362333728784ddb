"""Identifiers of rows that are written in great number."""

import random
import time
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> uuid.UUID:
    """A UUID of version 7: rows of the same moment lie together in the index, and a page can follow the id backwards.

    The order is by time, to a quarter of a microsecond (RFC 9562's method 3), so what one process makes in a row sorts
    in that row. It is a way to page and never a way to route: ids are not in commit order. Unique, not secret: nothing
    may rest on such an id being hard to guess.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    # Python seeds this generator from the system, and again in every forked child.
    bits = random.getrandbits(62)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | bits)


def first_id(moment: datetime) -> uuid.UUID:
    """The smallest id that can be made at `moment` (to the millisecond): what came before has smaller ones."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))


def made_at(row_id: uuid.UUID) -> datetime:
    """When an id of `new_id` was made, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=row_id.int >> 80)
