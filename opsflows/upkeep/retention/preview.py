"""What a cleaning would delete now, without deleting it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from opsflows.upkeep.models import RetentionMark
from opsflows.upkeep.retention.kinds import KINDS
from opsflows.upkeep.retention.policies import deleted_before, policies_of

#: Rows looked at for a preview; what lies behind them is not counted.
MOST = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """How many rows would go and how many old ones are spared; `is_all` False: more lie behind those looked at.

    `before` None: the policy, or that of the runs that it depends on, is off.
    """

    before: datetime | None
    deleted: int = 0
    spared: int = 0
    is_all: bool = True

    @property
    def is_something(self) -> bool:
        """Whether anything would go, or might, behind the rows looked at."""
        return self.deleted > 0 or not self.is_all

    @property
    def sentence(self) -> str:
        """The same for a reader."""
        if self.before is None:
            return "Nothing of this is deleted."
        spared = f"; {self.spared:,} as old are spared" if self.spared else ""
        if not self.deleted:
            none = "Nothing is old enough to be deleted" if self.is_all else f"Of the {MOST:,} oldest rows none may go"
            return f"{none}{spared}."
        number = f"{self.deleted:,}" if self.is_all else f"more than {self.deleted:,}"
        rows = "1 row is" if number == "1" else f"{number} rows are"
        return f"{rows} old enough to be deleted{spared}."


def preview(*, account_id: uuid.UUID, kind: str, now: datetime) -> Preview:
    """What would go of `kind` by the policy that holds now; at most eight queries."""
    before = deleted_before(kind, policies_of(account_id), now=now)
    if before is None:
        return Preview(None)
    known = KINDS[kind]
    after = start_of(account_id, kind)
    found = known.find(account_id=account_id, before=before, after=after, limit=MOST)
    return Preview(before, len(found.doomed), found.spared, found.is_all)


def start_of(account_id: uuid.UUID, kind: str) -> uuid.UUID | None:
    """Behind which key the cleaning begins: for most kinds at the very first one."""
    if not KINDS[kind].leaves_mark:
        return None
    return RetentionMark.objects.filter(account=account_id, kind=kind).values_list("position", flat=True).first()
