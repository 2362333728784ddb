"""Which runs of a workflow take turns with each other: those for which `concurrency.key` says the same."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from opsflows.rules import Clock, RenderError, Template, compile_template


def gate_key(key: str, scope: Mapping[str, Any], clock: Clock) -> str:
    """The key's value as a hash. Empty where there is none: without a key, or where the event has no such field.

    Those without a value take turns among themselves, so nothing goes past the limit for want of a field.
    """
    if not key:
        return ""
    try:
        value = _template(key).render(scope, clock).value.strip()
    except RenderError:
        # A run must not be lost for its place in a line.
        return ""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest() if value else ""


@lru_cache(maxsize=256)
def _template(key: str) -> Template:
    return compile_template(key)
