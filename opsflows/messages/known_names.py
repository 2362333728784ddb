"""Names of recipients, seen to when a workflow is published: who they stand for is asked at each run."""

import difflib
import uuid
from collections.abc import Mapping
from typing import Any

from opsflows.accounts.members import Ambiguous, Members
from opsflows.accounts.models import Recipient, Team
from opsflows.accounts.names import name_key
from opsflows.workflows.references import UnknownReference, resolver

#: The kind under which steps refer to a recipient.
RECIPIENT = "recipient"


@resolver(RECIPIENT)
def check_name(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """Nothing to keep, where somebody has the name; a recipient that is nobody yet has it, too.

    Raises:
        UnknownReference: nobody has it, or several people.
    """
    key = name_key(name)
    for model in (Recipient, Team):
        if model.objects.filter(account=account_id, name_key=key).exists():
            return {}
    try:
        if Members(account_id).by_name(name) is not None:
            return {}
    except Ambiguous as error:
        raise UnknownReference(str(error)) from None
    known = {
        name_key(known): known for known in Recipient.objects.filter(account=account_id).values_list("name", flat=True)
    }
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"Did you mean {known[near[0]]!r}?" if near else "Add it under People and access, Recipients."
    raise UnknownReference(f"{name!r} is no email address, no member, no team and no recipient. {hint}")
