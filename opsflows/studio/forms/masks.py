"""Secrets in a config: shown as dots, and kept as long as nobody types others in their place."""

import re
from typing import Any

from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK, is_secret_name

_VARIABLE = re.compile(r"\{\{.*?\}\}")
_SCHEMES = frozenset({"", "basic", "bearer", "token"})


def masked(text: str, name: str = "") -> str:
    """`text` as it may be shown under `name`."""
    rest = _VARIABLE.sub("", text).strip().lower()
    if name and is_secret_name(name) and rest not in _SCHEMES:
        return MASK
    shown: Any = redact_value(text)
    return str(shown)


def holds_mask(text: str) -> bool:
    """Whether somebody changed a text that was shown with dots in it, so that what they hide is lost."""
    return MASK in text


RETYPE = "Part of this is hidden. Type all of it again, or leave it as it was."
RETYPE_STALE = "Somebody saved this step after the page was opened, and part of this is hidden. Type all of it again."
