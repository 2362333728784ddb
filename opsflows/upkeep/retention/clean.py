"""The nightly job of an account: kind by kind, one batch a piece, by the policies that hold at that moment."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.upkeep.models import RetentionMark
from opsflows.upkeep.retention.kinds import KINDS
from opsflows.upkeep.retention.policies import deleted_before, policies_of
from opsflows.upkeep.retention.preview import start_of

_ORDER = list(KINDS)


def clean(piece: Slice) -> Progress:
    """Delete one batch. The age of rows is that of the moment at which the job began, however long it takes."""
    assert piece.account_id is not None  # noqa: S101  (the table gives this job to accounts only)
    state = piece.state
    began = datetime.fromisoformat(state["began"]) if "began" in state else piece.now
    policies = policies_of(piece.account_id)
    stage, after = state.get("stage", 0), state.get("after")
    counts: dict[str, Any] = {kind: dict(numbers) for kind, numbers in state.get("counts", {}).items()}
    deleted = 0
    while stage < len(_ORDER) and deleted_before(_ORDER[stage], policies, now=began) is None:
        # A policy that was switched off meanwhile holds at once.
        stage, after = stage + 1, None
    if stage < len(_ORDER):
        kind = _ORDER[stage]
        before = deleted_before(kind, policies, now=began)
        assert before is not None  # noqa: S101  (the loop above ended at it)
        deleted, spared, after = _batch(piece.account_id, kind, before, after)
        numbers = counts.setdefault(kind, {"deleted": 0, "spared": 0})
        numbers["deleted"] += deleted
        numbers["spared"] += spared
        if after is None:
            stage += 1
    is_finished = stage == len(_ORDER)
    if is_finished and any(numbers["deleted"] for numbers in counts.values()):
        # In the transaction of the last piece: who deleted something says so.
        _ask_for_report(piece, counts)
    return Progress(
        is_finished,
        {"began": began.isoformat(), "stage": stage, "after": after, "counts": counts},
        done=piece.done + deleted,
        note="" if is_finished else f"deleting old {KINDS[_ORDER[stage]].kind.label.lower()}",
        result=counts,
    )


def _batch(account_id: uuid.UUID, kind: str, before: datetime, after: str | None) -> tuple[int, int, str | None]:
    """How many rows were deleted and spared, and behind which key the next batch begins (None: that was the last)."""
    known = KINDS[kind]
    start = start_of(account_id, kind) if after is None else after
    found = known.find(account_id=account_id, before=before, after=start, limit=known.batch)
    deleted = known.delete(found.doomed) if found.doomed else 0
    if known.leaves_mark and found.last is not None:
        RetentionMark.objects.update_or_create(account_id=account_id, kind=kind, defaults={"position": found.last})
    return deleted, found.spared, None if found.is_all else str(found.last)


def _ask_for_report(piece: Slice, counts: Mapping[str, Any]) -> None:
    enqueue_job(
        kind="retention.report",
        key=f"retention.report:{piece.job_id}",
        account_id=piece.account_id,
        params={"counts": counts, "at": piece.now.isoformat()},
        now=piece.now,
    )
