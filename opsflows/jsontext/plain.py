"""Numbers as both databases give them back, for hashes that are taken before something is stored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def plain_numbers(value: Any) -> Any:
    """`value` with every number as PostgreSQL's jsonb spells it: no powers of ten above zero, and no negative zero.

    `1E+3` is kept as 1000 there, so that a hash over the first would never fit again.
    """
    if isinstance(value, Decimal):
        if not value:
            value = value.copy_abs()
        exponent = value.as_tuple().exponent
        return int(value) if isinstance(exponent, int) and exponent > 0 else value
    if isinstance(value, Mapping):
        return {key: plain_numbers(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_numbers(each) for each in value]
    return value
