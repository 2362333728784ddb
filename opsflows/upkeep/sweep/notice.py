"""What a sweep has to tell: one event under one key."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.events.emit import emit, keys_taken

#: Where the next piece begins, as texts that a job's state can hold.
Cursor = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """The event `name` for an account; the same `key` is told once."""

    account_id: uuid.UUID
    name: str
    key: str
    data: dict[str, Any]


def tell(notices: Sequence[Notice], *, most: int, now: datetime) -> int:
    """Send up to `most` of those that were not told before, in the caller's transaction; how many."""
    by_account: dict[uuid.UUID, list[str]] = defaultdict(list)
    for notice in notices:
        by_account[notice.account_id].append(notice.key)
    told = {key for account_id, keys in by_account.items() for key in keys_taken(account_id, keys)}
    new = [notice for notice in notices if notice.key not in told][:most]
    for notice in new:
        emit(account_id=notice.account_id, name=notice.name, data=notice.data, key=notice.key, now=now)
    return len(new)
