"""Bodies written as forms: `a=1&b=2`, percent-encoded."""

import re
from typing import Final
from urllib.parse import parse_qsl

_HALF_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def form_pairs(body: bytes) -> list[tuple[str, str]] | None:
    """The fields of a form in their order, decoded; None for a body that isn't one.

    Strict: every field has a name and a `=`, and every escape is whole. A form from which a byte was lost would
    otherwise still be read, as something else.
    """
    if not body:
        return []
    if _HALF_ESCAPE.search(body):
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    return pairs if all(name for name, _ in pairs) else None


def form_fields(body: bytes) -> dict[str, str] | None:
    """The fields of a form by name, the first of each; None for a body that isn't one."""
    pairs = form_pairs(body)
    if pairs is None:
        return None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
