"""What a kind of row says about its own end."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from opsflows.upkeep.models import RetentionPolicy


@dataclass(frozen=True, slots=True)
class Found:
    """Old rows, in the order of their keys: those that may go, how many are spared, and the last key looked at.

    `is_all`: nothing old lies behind them.
    """

    doomed: Sequence[Any]
    spared: int
    last: Any
    is_all: bool


class RetentionKind(ABC):
    """One kind of row. Both methods ask a fixed number of questions, through an index."""

    kind: ClassVar[RetentionPolicy.Kind]
    icon: ClassVar[str]
    #: What OpsFlows ships, and the least that may be set.
    keep_days: ClassVar[int]
    least_days: ClassVar[int] = 1
    #: What is deleted, and what is spared, in a sentence each.
    what: ClassVar[str]
    spares: ClassVar[str] = ""
    #: Why there is a least.
    why_least: ClassVar[str] = ""
    #: Rows looked at by one piece.
    batch: ClassVar[int] = 500
    #: What was looked at is not looked at again the next night: what stays there, stays for other reasons than age.
    leaves_mark: ClassVar[bool] = False

    @abstractmethod
    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        """Up to `limit` rows of the account from before `before`, behind the key `after` (None: from the first on)."""

    @abstractmethod
    def delete(self, keys: Sequence[Any]) -> int:
        """Delete these rows and what belongs to them alone; how many of them there still were."""


def found(rows: Sequence[Any], spared: set[Any], limit: int) -> Found:
    """What `rows` (keys, in order, at most `limit`) come to without those that are `spared`."""
    doomed = [key for key in rows if key not in spared]
    return Found(doomed, len(rows) - len(doomed), rows[-1] if rows else None, len(rows) < limit)
