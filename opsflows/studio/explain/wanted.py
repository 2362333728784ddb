"""What is looked for in events: a text, or a number however it is written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.rules.compare import as_number
from opsflows.rules.text import to_text

#: A number as our own pages write it.
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
#: Longer numbers are found only as they are written.
_MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """The letters, folded, and the number that they spell, if they do."""

    text: str
    number: int | Decimal | None
    #: Whether the letters stand in JSON as they are.
    is_plain: bool
    #: How the number may be written: its digits in this order, with a point between two of them (1e5, 100000.0).
    digits: re.Pattern[str] | None

    @classmethod
    def of(cls, value: str) -> "Wanted":
        number = as_number(value.replace(",", "") if _GROUPED.fullmatch(value) else value)
        digits = "" if number is None else "".join(map(str, Decimal(number).as_tuple().digits)).strip("0") or "0"
        if len(digits) > _MOST_DIGITS:
            number, digits = None, ""
        is_plain = value.isascii() and value.isprintable() and not set(value) & set('"\\/')
        return cls(value.casefold(), number, is_plain, re.compile(r"\.?".join(digits)) if digits else None)

    def may_be_in(self, payload: str) -> bool:
        """Whether it is worth while to read the payload: most do not hold the letters at all."""
        if not self.is_plain or "\\u" in payload or self.text in payload.casefold():
            return True
        return self.digits is not None and self.digits.search(payload) is not None

    def is_(self, seen: Any) -> bool:
        """Whether a field that is `seen` is it; of a list one item is enough."""
        if isinstance(seen, list):
            return any(self.is_(item) for item in seen if not isinstance(item, list))
        if isinstance(seen, dict):
            return False
        if self.number is not None and isinstance(seen, int | Decimal) and not isinstance(seen, bool):
            return seen == self.number
        return to_text(seen).casefold() == self.text
