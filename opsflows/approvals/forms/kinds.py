"""The fields of a request form: of which kinds they can be, and how their numbers are written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import models

#: Amounts, and numbers of any other sort, stay below this.
LIMIT: Final = Decimal(10) ** 15
#: Digits behind the point of a plain number.
NUMBER_PLACES: Final = 6
DEFAULT_CURRENCY: Final = "USD"

_PLACES: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
#: Digits with commas between thousands, or without any.
_NUMBER: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)


class Kind(models.TextChoices):
    """What a field takes."""

    SHORT_TEXT = "short_text", "Short text"
    LONG_TEXT = "long_text", "Long text"
    WHOLE_NUMBER = "whole_number", "Whole number"
    NUMBER = "number", "Number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    CHOICE = "choice", "Choice"
    CHOICES = "choices", "Several choices"
    YES_NO = "yes_no", "Yes or no"
    EMAIL = "email", "Email address"
    LINK = "link", "Link"
    PERSON = "person", "Person"
    FILE = "file", "File"


#: Kinds whose fields name what can be chosen; of money it is the currencies.
WITH_CHOICES: Final = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.MONEY})
TEXTS: Final = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.LINK})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as staff defined it."""

    key: str
    label: str
    kind: Kind
    required: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        """Of money: what can be chosen; the first is offered."""
        return self.choices or (DEFAULT_CURRENCY,)

    @property
    def currency_key(self) -> str:
        """Under which key the currency of an amount stands."""
        return f"{self.key}Currency"


def read_fields(documents: Iterable[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """Fields as they are stored, which `field_problems` has accepted."""
    return tuple(
        FormField(
            key=each["key"],
            label=each["label"],
            kind=Kind(each["kind"]),
            required=bool(each.get("required")),
            help=each.get("help", ""),
            choices=tuple(each.get("choices", ())),
        )
        for each in documents
    )


def decimal_places(currency: str) -> int:
    """Digits behind the point that amounts in `currency` have."""
    return _PLACES.get(currency, 2)


def read_number(text: str, *, places: int = NUMBER_PLACES) -> Decimal:
    """The number that somebody wrote; commas may stand between thousands.

    Raises:
        ValueError: it is none, has more than `places` digits behind the point, or is too large.
    """
    text = text.strip()
    example = f"{Decimal(1250):.{places}f}" if places < NUMBER_PLACES else "12.5"
    found = _NUMBER.fullmatch(text)
    if found is None:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise ValueError(f"“{shown}” is not a number; write it like {example}.")
    if len(found[1] or "") > places:
        raise ValueError(f"This has too many digits behind the point; write it like {example}.")
    number = Decimal(text.replace(",", "")) + 0
    if abs(number) >= LIMIT:
        raise ValueError(f"The number is too large; less than {LIMIT:,f} is possible.")
    return number


def read_amount(text: str, *, currency: str) -> Decimal:
    """An amount of money with the decimals of its currency. Raises `ValueError`."""
    places = decimal_places(currency)
    amount = read_number(text, places=places)
    # A condition such as "less than 1000" must not be passed by minus 5000.
    if amount < 0:
        raise ValueError("An amount is 0 or more.")
    return amount.quantize(Decimal(1).scaleb(-places))
