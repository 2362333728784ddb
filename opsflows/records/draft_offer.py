"""What an offer says that is drawn up from a contract. Pure: exact decimals, no database."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from opsflows.rules.arithmetic import EXACT, ArithmeticFailure, to_decimal

#: What an offer takes over from the contract. Its dates and states are the contract's own.
_TAKEN_OVER = (
    "customerId",
    "customerName",
    "customerEmail",
    "awsAccountId",
    "azureTenantId",
    "vendor",
    "productName",
    "currency",
    "value",
    "duration",
    "contractId",
    "accountOwnerName",
    "accountOwnerEmail",
)
_HUNDRED = Decimal(100)


class BadAdjustment(ValueError):  # noqa: N818  (reads as the answer it becomes)
    """An adjustment that cannot be made."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def draft_offer(contract: Mapping[str, Any], adjustments: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an offer in the state of a draft.

    Adjustments go over what is taken from the contract. A `discount` in per cent is taken off the value, exactly; the
    contract's own value is kept as `contractValue`, and when it ends as `contractEndDate`.

    Raises:
        BadAdjustment: a discount that is none, or that there is nothing to take off from.
    """
    taken = {name: contract[name] for name in _TAKEN_OVER if contract.get(name) is not None}
    kept = {"contractValue": contract.get("value"), "contractEndDate": contract.get("endDate")}
    offer = {**taken, **{name: value for name, value in kept.items() if value is not None}, **adjustments}
    if discount := discount_of(adjustments.get("discount")):
        offer["value"] = _less(offer.get("value"), discount)
    return {**offer, "status": "draft"}


def discount_of(value: Any) -> Decimal | None:
    """The discount in per cent that `value` spells; None for none. Raises `BadAdjustment`."""
    if value is None or value == "":
        return None
    discount = to_decimal(value)
    if discount is None or not 0 <= discount <= _HUNDRED:
        raise BadAdjustment("discount", f"{str(value)[:40]!r} is no discount; give per cent from 0 to 100.")
    return discount


def _less(value: Any, discount: Decimal) -> Decimal | int:
    number = to_decimal(value)
    if number is None:
        found = "the contract has none" if value is None else f"{str(value)[:40]!r} is no number"
        raise BadAdjustment("discount", f"There is no value to take it off from: {found}.")
    try:
        rest = EXACT.multiply(number, _HUNDRED - discount)
        # A shift, not a division: nothing is rounded.
        return _plain(rest.scaleb(-2, context=EXACT), places=_places(number))
    except ArithmeticFailure:
        raise BadAdjustment("discount", "The value is too large to calculate with.") from None


def _plain(number: Decimal, *, places: int) -> Decimal | int:
    """`number` without zeros at its end beyond the decimals that the contract's value has."""
    while _places(number) > places and number.as_tuple().digits[-1] == 0:
        number = number.quantize(Decimal(1).scaleb(1 - _places(number)), context=EXACT)
    return number if _places(number) else int(number)


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
