"""Who did something, in words: names for the ids that records keep, read for a whole page at once."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from opsflows.accounts.models import ApiKey, User

_GONE = "somebody who is no longer known"
_NOBODY = {"system": "OpsFlows itself", "command": "a command on the server"}


class Did(Protocol):
    """What a record keeps of whoever did it."""

    @property
    def user_id(self) -> uuid.UUID | None: ...
    @property
    def api_key_id(self) -> uuid.UUID | None: ...
    @property
    def door(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Doers:
    """The names behind a page of records."""

    people: Mapping[uuid.UUID, str]
    keys: Mapping[uuid.UUID, str]

    def said(self, did: Did) -> str:
        """`ada`, `ada, with the API key “Billing”`, `OpsFlows itself`."""
        if did.user_id is None:
            return _NOBODY.get(did.door, "nobody in particular")
        person = self.people.get(did.user_id, _GONE)
        if did.door == "command":
            return f"{person}, by a command on the server"
        if did.api_key_id is None:
            return person
        key = self.keys.get(did.api_key_id)
        return f"{person}, with the API key “{key}”" if key else f"{person}, with an API key that is gone"


def doers(records: Iterable[Did]) -> Doers:
    """The names behind `records`: two queries at most, however many there are."""
    read = list(records)
    people = {each.user_id for each in read if each.user_id is not None}
    keys = {each.api_key_id for each in read if each.api_key_id is not None}
    named = User.objects.filter(pk__in=people).only("username", "first_name", "last_name")
    return Doers(
        people={user.pk: user.get_full_name() or user.username for user in named},
        keys=dict(ApiKey.objects.filter(pk__in=keys).order_by().values_list("pk", "name")),
    )
