"""Request forms that are ready to be used: an account takes over those that it needs, and changes them as it likes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.approvals.forms.save_form import create_form
from opsflows.approvals.models import RequestForm


@dataclass(frozen=True, slots=True)
class StartingForm:
    """A form as it is taken over."""

    name: str
    description: str
    event_name: str
    fields: tuple[Mapping[str, Any], ...]


def _field(key: str, label: str, kind: str, *choices: str, required: bool = True, hint: str = "") -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "kind": kind,
        "required": required,
        "help": hint,
        "choices": list(choices),
    }


_CURRENCIES: Final = ("USD", "EUR", "GBP")
_WHY: Final = _field("reason", "Reason", "long_text", hint="What it is for, for whoever decides.")

STARTING_FORMS: Final[Mapping[str, StartingForm]] = {
    "expense": StartingForm(
        "Expense",
        "Money that was spent, or is to be spent, for the company.",
        "expense.submitted",
        (
            _field("title", "What was bought", "short_text"),
            _field("amount", "Amount", "money", *_CURRENCIES),
            _field("category", "Category", "choice", "Software", "Travel", "Equipment", "Training", "Other"),
            _field("spentOn", "Date", "date"),
            _WHY,
            _field("receipt", "Receipt", "file", required=False, hint="A photo or a PDF."),
        ),
    ),
    "discount": StartingForm(
        "Discount",
        "A discount for a deal that is more than sales may give.",
        "discount.submitted",
        (
            _field("customer", "Customer", "short_text"),
            _field("amount", "Value of the deal", "money", *_CURRENCIES, hint="Before the discount."),
            _field("discountPercent", "Discount in percent", "number", hint="Such as 12.5."),
            _field("closeDate", "Expected to close", "date", required=False),
            _WHY,
        ),
    ),
    "contract": StartingForm(
        "Contract",
        "A contract to be reviewed and signed.",
        "contract.submitted",
        (
            _field("title", "Contract", "short_text", hint="Such as: Data processing agreement with Northwind."),
            _field("partner", "With whom", "short_text"),
            _field("amount", "Value", "money", *_CURRENCIES),
            _field("termMonths", "Term in months", "whole_number", required=False),
            _field("startsOn", "Starts on", "date"),
            _field("isStandard", "Our standard terms", "yes_no"),
            _field("owner", "Responsible", "person"),
            _field("document", "Contract as a file", "file", required=False),
            _field("remarks", "What deviates, and why", "long_text", required=False),
        ),
    ),
    "content": StartingForm(
        "Content",
        "A text or a page that is to be published.",
        "content.submitted",
        (
            _field("title", "Title", "short_text"),
            _field("contentType", "Kind", "choice", "Blog post", "Web page", "Press release", "Email", "Other"),
            _field("draft", "Link to the draft", "link", required=False),
            _field("content", "Text", "long_text", hint="What it mentions decides who reviews it."),
            _field(
                "topics", "It touches on", "choices", "Legal", "Pricing", "Customer data", "Security", required=False
            ),
            _field("publishOn", "To be published on", "date", required=False),
        ),
    ),
    "data_change": StartingForm(
        "Data change",
        "A change of data that is too large, or too delicate, to be made alone.",
        "data_change.submitted",
        (
            _field("title", "What is to change", "short_text"),
            _field("system", "Where", "choice", "CRM", "Billing", "Product", "Data warehouse", "Other"),
            _field("records", "How many records", "whole_number"),
            _field("isReversible", "Can be undone", "yes_no"),
            _WHY,
            _field("plan", "Steps, and how to go back", "long_text"),
            _field("sample", "Sample of the data", "file", required=False),
        ),
    ),
}


def add_starting_form(*, actor: Actor, starting: str, now: datetime) -> RequestForm:
    """Take over the form `starting`, a key of `STARTING_FORMS`.

    Raises:
        Forbidden: the actor may not.
        ValidationError: there is no such form to start with, or the account has one of its name.
    """
    actor.require(Permission.APPROVALS_WRITE)
    found = STARTING_FORMS.get(starting)
    if found is None:
        raise ValidationError({"starting": f"Choose one of {', '.join(STARTING_FORMS)}."})
    return create_form(
        actor=actor,
        name=found.name,
        event_name=found.event_name,
        fields=list(found.fields),
        description=found.description,
        now=now,
    )
