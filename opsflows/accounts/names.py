"""When two names are the same."""

import re
import unicodedata

_BETWEEN = re.compile(r"[\s_-]+")


def name_key(name: str) -> str:
    """What names are compared by: `Sales Leadership`, `sales_leadership` and `sales-leadership` are one."""
    return _BETWEEN.sub("_", unicodedata.normalize("NFC", name).strip()).casefold()
