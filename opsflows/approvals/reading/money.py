"""Amounts as people read them, never rounded: people decide about the amount itself."""

import re
from decimal import Decimal

from opsflows.rules.errors import RenderError
from opsflows.rules.templates.filters.numbers import format_currency

_NO_DIGIT = re.compile(r"[^\d.-]")


def money(amount: Decimal | None, currency: str = "") -> str:
    """`$1,250.00`, `CHF 80.00`; without a currency the number alone, and nothing where there is no amount."""
    if amount is None:
        return ""
    if not currency:
        return plain_number(amount)
    try:
        text = format_currency(amount, currency)
    except RenderError:
        text = ""
    is_exact = bool(text) and Decimal(_NO_DIGIT.sub("", text)) == amount
    return text if is_exact else f"{plain_number(amount)} {currency}"


def plain_number(amount: Decimal) -> str:
    """`1,250` or `1,250.50`, with further digits where there are some."""
    digits = max(-int(amount.normalize().as_tuple().exponent), 0)
    return f"{amount:,.{max(digits, 2) if digits else 0}f}"
