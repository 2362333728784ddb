"""The registry of jobs; every app's `jobs.py` fills it (autodiscovery)."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class Slice:
    """One piece of a job, about to be done: what was asked for, and the state that the last piece left."""

    job_id: uuid.UUID
    account_id: uuid.UUID | None
    key: str
    params: Mapping[str, Any]
    state: Mapping[str, Any]
    done: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job has come with this piece.

    `state` goes to the next piece; `is_finished` ends the job with `result`. `done` and `total` count things that the
    reader knows (rows, recipients), `note` says what it is at.
    """

    is_finished: bool
    state: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    note: str = ""
    result: Any = None


#: Does one piece, which takes at most a few seconds.
Work = Callable[[Slice], Progress]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. With `in_transaction`, a piece commits together with its progress; without, it is done outside any
    transaction (it sends something, say) and must bear being done twice."""

    kind: str
    label: str
    work: Work
    in_transaction: bool


_kinds: dict[str, JobKind] = {}


def job(kind: str, *, label: str, in_transaction: bool = True) -> Callable[[Work], Work]:
    """Decorator: the function does the pieces of jobs of this kind; `label` is what people call it."""

    def register(work: Work) -> Work:
        if kind in _kinds:
            raise ValueError(f"Two jobs are called {kind!r}")
        _kinds[kind] = JobKind(kind, label, work, in_transaction)
        return work

    return register


def job_kinds() -> dict[str, JobKind]:
    """Every kind by name."""
    _discover()
    return _kinds


@cache
def _discover() -> None:
    autodiscover_modules("jobs")
