"""The answer of one workflow to one event."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from opsflows.studio.explain.change import Change


class Reason(StrEnum):
    """Why a workflow did or did not start, the most telling first."""

    SET_ASIDE = "set_aside"
    NOT_YET = "not_yet"
    DROPPED = "dropped"
    #: Its condition holds, and there is no run of it.
    NO_TRACE = "no_trace"
    CONDITION = "condition"
    UNREADABLE = "unreadable"
    PAYLOAD_GONE = "payload_gone"
    PAUSED = "paused"
    LATER = "later"
    OTHER_EVENT = "other_event"
    NEVER = "never_published"
    DELETED = "deleted"
    IN_LINE = "in_line"
    RAN = "ran"

    @property
    def started(self) -> bool:
        """Whether there is a run of it that has begun or will."""
        return self in (Reason.RAN, Reason.IN_LINE)


RANK = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that the event started, or that was left out."""

    id: uuid.UUID
    version_id: uuid.UUID
    status: str
    started_at: datetime
    error: str
    #: Started again from the event by a person, not by routing.
    is_again: bool
    #: Never begun: the hour had no room for it, and the workflow leaves out what is more.
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one workflow did or did not run. `sentence` says it; the rest is for those who want to know more."""

    workflow_id: uuid.UUID
    name: str
    reason: Reason
    sentence: str
    #: The version that was asked; None where none was live.
    version_id: uuid.UUID | None = None
    version_number: int | None = None
    is_deleted: bool = False
    runs: tuple[StartedRun, ...] = ()
    #: `Explanation.as_json` of the entry condition; None where there is none, or nothing to hold against it.
    explanation: Mapping[str, Any] | None = None
    #: The fewest fields that would have had to be another; None where nothing can be proven.
    changes: tuple[Change, ...] | None = None
