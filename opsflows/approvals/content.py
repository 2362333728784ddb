"""What approvers are shown, and the hash that binds their decision to it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.jsontext.plain import plain_numbers
from opsflows.rules.compare import as_number

MAX_TITLE = 500
MAX_SUMMARY = 20_000
MAX_DETAILS = 60


@dataclass(frozen=True, slots=True)
class Content:
    """`details` are {label, value, field}, in order; `field` is where the value stands in the event, if it is there."""

    title: str
    summary: str = ""
    amount: Decimal | None = None
    currency: str = ""
    details: Sequence[Mapping[str, Any]] = ()
    #: {name, sha256, size} of what lies beside it.
    attachments: Sequence[Mapping[str, Any]] = ()
    #: Of a publication: the hash of what would go live.
    subject_hash: str = ""

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        document = {
            "title": self.title,
            "summary": self.summary,
            "amount": self.amount,
            "currency": self.currency,
            "details": [dict(each) for each in self.details],
            "attachments": [dict(each) for each in self.attachments],
            "subject_hash": self.subject_hash,
        }
        # As it will be read again: its hash is taken now.
        return dict(plain_numbers(document))


def content_from(document: Mapping[str, Any]) -> Content:
    """The same from what was kept."""
    amount = document.get("amount")
    return Content(
        title=document["title"],
        summary=document.get("summary", ""),
        amount=None if amount is None else Decimal(str(amount)),
        currency=document.get("currency", ""),
        details=document.get("details", ()),
        attachments=document.get("attachments", ()),
        subject_hash=document.get("subject_hash", ""),
    )


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    return hashlib.sha256(canonical_json(document).encode("utf-8")).hexdigest()


def as_amount(value: Any) -> Decimal | None:
    """The amount that a number or a text such as "1250.00" says; None where there is none.

    Raises:
        ValueError: it says something that is no amount, or one too large to be kept exactly.
    """
    if value is None or value == "":
        return None
    number = as_number(value)
    if number is None or isinstance(value, bool):
        raise ValueError(f"{str(value)[:40]!r} is not an amount; give a number such as 1250.00.")
    amount = Decimal(str(number))
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
        raise ValueError("The amount is too large; less than 1,000,000,000,000,000 is possible.")
    return amount.quantize(Decimal("0.0001")).normalize() + 0
