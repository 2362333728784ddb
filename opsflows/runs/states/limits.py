"""What may be kept under which name."""

import re
import uuid
from decimal import Decimal
from typing import Any

from opsflows.jsontext import dump_json
from opsflows.rules.arithmetic import EXACT, ArithmeticFailure, to_decimal
from opsflows.rules.text import excerpt
from opsflows.runs.models import StateValue
from opsflows.runs.models.state import MAX_NAME

#: Characters of one value, written as JSON.
MAX_VALUE = 64 * 1024
#: Values of one account, of all its workflows together.
MAX_VALUES = 5000

_NAME = re.compile(r"\w(?:[\w .:/@-]*\w)?")


def name_problem(name: str) -> str | None:
    """What is wrong with the name, and what would be right."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        return f"A name has 1 to {MAX_NAME} letters, digits, spaces and . _ : / @ - in between, such as last_sync."
    return None


def value_problem(value: Any) -> str | None:
    """Why it cannot be kept."""
    if value is None:
        return "There is nothing to keep; the value is empty."
    size = len(dump_json(value))
    if size > MAX_VALUE:
        return f"It has {size:,} characters; at most {MAX_VALUE:,} are kept. Larger things belong into records."
    return None


def is_full(account_id: uuid.UUID) -> bool:
    """Whether the account keeps as many values as it may."""
    return len(StateValue.objects.filter(account=account_id).values_list("pk")[:MAX_VALUES]) >= MAX_VALUES


def added(value: Any, by: Any) -> int | Decimal | str:
    """The sum of what is kept (nothing counts as 0) and `by`; a text says why there is none."""
    number, more = to_decimal(0 if value is None else value), to_decimal(by)
    if number is None or more is None:
        return f"What is kept is {excerpt(value)}, which is no number to add to; set it to one first."
    try:
        total = EXACT.add(number, more)
    except ArithmeticFailure:
        return "The sum has too many digits."
    return int(total) if total == total.to_integral_value() and total.adjusted() < MAX_DIGITS else total


#: Whole numbers up to here are written without decimals.
MAX_DIGITS = 30
