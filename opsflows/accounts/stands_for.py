"""Who a name in a rule stands for at this moment, as something to compare: whether it still means the same people."""

import uuid

from opsflows.accounts.models import Recipient
from opsflows.accounts.names import name_key
from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient


def stands_for(*, account_id: uuid.UUID, name: str) -> list[str]:
    """The ids and addresses of everybody behind `name`; of a recipient whom the event names, the field. Sorted."""
    pointing = Recipient.objects.filter(account=account_id, name_key=name_key(name)).exclude(event_field="")
    if field := pointing.values_list("event_field", flat=True).first():
        return [f"field {field}"]
    try:
        found = resolve_recipient(account_id=account_id, name=name, data={})
    except UnknownRecipient:
        return []
    return sorted({*(str(user.pk) for user in found.people), *(address.casefold() for address in found.addresses)})
