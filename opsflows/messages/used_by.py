"""Which workflows send a template, and whether they have its present text."""

import uuid

from opsflows.messages.find_template import TEMPLATE
from opsflows.workflows import reference_users
from opsflows.workflows.reference_users import Use


def users_of(*, account_id: uuid.UUID, name: str) -> list[Use]:
    """The account's published workflows that name the template, by name; no more than `reference_users.MOST`."""
    return reference_users.users_of(account_id=account_id, kind=TEMPLATE, name=name)
