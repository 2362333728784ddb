"""The variables that Rules names, for pickers and help, and those that the clock gives to every rule."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.dates import NAMED_DATES
from opsflows.rules.errors import RuleError


@dataclass(frozen=True)
class Variable:
    """A name that can stand between ``{{`` and ``}}``."""

    name: str
    label: str
    group: str
    example: str


VARIABLES: tuple[Variable, ...] = (
    Variable("customerName", "Customer company name", "Customer", "Northwind Traders"),
    Variable("customerEmail", "Customer email", "Customer", "billing@northwind.example"),
    Variable("customerId", "Customer ID", "Customer", "cus_4711"),
    Variable("awsAccountId", "AWS account ID", "Customer", "123456789012"),
    Variable("azureTenantId", "Azure tenant ID", "Customer", "72f988bf-86f1-41af-91ab-2d7cd011db47"),
    Variable("offerName", "Private offer name", "Offer", "Enterprise plan 2026"),
    Variable("offerId", "Offer ID", "Offer", "offer_1024"),
    Variable("value", "Contract value", "Offer", "150000"),
    Variable("duration", "Contract duration in months", "Offer", "12"),
    Variable("vendor", "Marketplace (aws or azure)", "Offer", "aws"),
    Variable("productName", "Product name", "Offer", "Data Platform"),
    Variable("contractId", "Contract ID", "Contract", "contract_88"),
    Variable("startDate", "Contract start date", "Contract", "2026-01-01"),
    Variable("endDate", "Contract end date", "Contract", "2026-12-31"),
    Variable("daysUntilExpiry", "Days until expiration", "Contract", "90"),
    Variable("accountOwnerName", "Account owner name", "User", "Account owner"),
    Variable("accountOwnerEmail", "Account owner email", "User", "owner@company.example"),
    Variable("createdBy", "Who created the record", "User", "sales-desk"),
    Variable("dimension", "Metered dimension", "Metering", "api_calls"),
    Variable("errorMessage", "Error message", "Metering", "Usage record rejected"),
    Variable("retryCount", "Attempts so far", "Metering", "3"),
    Variable("timestamp", "Current timestamp", "Date", "2026-03-20T14:05:00+01:00"),
    Variable("today", "Today's date", "Date", "2026-03-20"),
    Variable("tomorrow", "Tomorrow's date", "Date", "2026-03-21"),
    Variable("yesterday", "Yesterday's date", "Date", "2026-03-19"),
    Variable("end_of_month", "Last day of the current month", "Date", "2026-03-31"),
    Variable("end_of_quarter", "Last day of the current quarter", "Date", "2026-03-31"),
    Variable("next_business_day", "The next working day", "Date", "2026-03-23"),
    Variable("next_business_hour", "The next moment within business hours", "Date", "2026-03-20T14:05:00+01:00"),
)


def grouped_variables() -> dict[str, tuple[Variable, ...]]:
    """The variables by group, in the order that a picker shows them."""
    groups = dict.fromkeys(variable.group for variable in VARIABLES)
    return {group: tuple(variable for variable in VARIABLES if variable.group == group) for group in groups}


def date_variable(name: str, clock: Clock) -> str | None:
    """The ISO text of a date that every rule knows (``today``, ``now``, …), in the account's zone, else None."""
    named = NAMED_DATES.get(name)
    try:
        moment = named(clock) if named else None
    except (RuleError, OverflowError):  # A calendar without working days has no next one.
        moment = None
    if moment is None:
        return None
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime.datetime) else moment.isoformat()


class ClockScope(Mapping[str, Any]):
    """A scope with the date variables behind it. The event's own field of the same name wins."""

    __slots__ = ("_clock", "_scope")

    def __init__(self, scope: Mapping[str, Any], clock: Clock) -> None:
        self._scope = scope
        self._clock = clock

    def __getitem__(self, name: str) -> Any:
        try:
            return self._scope[name]
        except KeyError:
            date = date_variable(name, self._clock)
            if date is None:
                raise
            return date

    def __iter__(self) -> Iterator[str]:
        return iter({**self._scope, **NAMED_DATES})

    def __len__(self) -> int:
        return len(self._scope.keys() | NAMED_DATES.keys())
