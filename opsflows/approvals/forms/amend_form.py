"""A changed request that came of a form: its amount and its details go on saying the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from opsflows.approvals.content import Content, as_amount
from opsflows.approvals.forms.fields import amended, details_of
from opsflows.approvals.forms.kinds import read_amount, read_fields
from opsflows.approvals.models import ApprovalRequest


def in_line(request: ApprovalRequest, before: Content, content: Content) -> Content:
    """`content`, which was `before`, with every value of the form as people read it, and one amount in both places.

    Of a request that no form started, `content` itself.

    Raises:
        ValidationError: for `details` or `amount`: a value does not fit its field, or the two amounts differ.
    """
    event = request.scope.get("event")
    if request.submission is None or not isinstance(event, Mapping):
        return content
    fields: Sequence[Mapping[str, Any]] = request.submission.fields
    data = amended(fields, event, content.details)
    money = next((each for each in read_fields(fields) if each.key == request.amount_field), None)
    if money is not None:
        old, new = as_amount(event.get(money.key)), as_amount(data.get(money.key))
        if content.amount == before.amount:
            content = replace(content, amount=new)
        elif new not in (old, content.amount):
            raise ValidationError({"amount": f"“{money.label}” says another amount; say the same in both."})
        else:
            currency = str(data.get(money.currency_key) or money.currencies[0])
            data[money.key] = _amount(content.amount, currency)
        if before.currency == event.get(money.currency_key):
            content = replace(content, currency=str(data.get(money.currency_key) or before.currency))
    texts = {each["field"]: each["value"] for each in details_of(fields, data)}
    details = [{**each, "value": texts.get(each.get("field", ""), each["value"])} for each in content.details]
    return replace(content, details=details)


def _amount(amount: Decimal | None, currency: str) -> Decimal | None:
    if amount is None:
        return None
    try:
        return read_amount(format(amount, "f"), currency=currency)
    except ValueError as error:
        raise ValidationError({"amount": str(error)}) from None
