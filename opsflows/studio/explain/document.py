"""An explanation as the API gives it."""

from typing import Any

from opsflows.rules import MISSING
from opsflows.studio.explain.change import Change
from opsflows.studio.explain.event import EventExplanation
from opsflows.studio.explain.repeats import Repeats
from opsflows.studio.explain.verdict import Verdict


def explanation_document(found: EventExplanation) -> dict[str, Any]:
    """Who reacted to an event and who did not; secrets are masked."""
    return {
        "event": str(found.event_id),
        "state": found.judged.how.value,
        "judged_at": found.judged.at,
        "repeats": None if found.repeats is None else _repeats(found.repeats),
        "total": found.total,
        "results": [_verdict(verdict) for verdict in found.verdicts],
    }


def _repeats(repeats: Repeats) -> dict[str, Any]:
    return {"count": repeats.count, "last_at": repeats.last_at, "sentence": repeats.sentence}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "workflow": str(verdict.workflow_id),
        "name": verdict.name,
        "reason": verdict.reason.value,
        "started": verdict.reason.started,
        "sentence": verdict.sentence,
        "version": verdict.version_number,
        "runs": [{"id": str(run.id), "status": run.status} for run in verdict.runs],
        "explanation": verdict.explanation,
        "changes": None if verdict.changes is None else [_change(change) for change in verdict.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {"field": change.field, "sentence": change.sentence, "removed": change.value is MISSING}
