"""The hours of workflows under lock: read, given out from, written back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from opsflows.queue.bulk import update_rows
from opsflows.runs.admission.hour import Hour
from opsflows.runs.models import Pace
from opsflows.workflows.settings import RunSettings

_COLUMNS = ("limit", "action", "starts", "dropped", "dropped_at")


@dataclass(slots=True)
class _Held:
    pace: Pace
    hour: Hour
    dropped: int = 0


class Paces:
    """The hours of some workflows, locked until the transaction ends."""

    def __init__(self, rules: Mapping[uuid.UUID, RunSettings]) -> None:
        """Lock the rows of those among `rules` that limit the hour, in one order; rows that lack are made."""
        wanted = {key: rule for key, rule in rules.items() if rule.maxExecutionsPerHour is not None}
        rows = self._lock(wanted)
        if len(rows) < len(wanted):
            missing = [
                Pace(workflow_id=key, limit=rule.maxExecutionsPerHour or 0, action=rule.throttleAction)
                for key, rule in sorted(wanted.items())
                if key not in rows
            ]
            Pace.objects.bulk_create(missing, ignore_conflicts=True)
            rows = self._lock(wanted)
        self._held: dict[uuid.UUID, _Held] = {}
        for key, rule in wanted.items():
            assert rule.maxExecutionsPerHour is not None  # noqa: S101  (chosen so)
            pace, limit, action = rows[key], rule.maxExecutionsPerHour, rule.throttleAction
            self._held[key] = _Held(pace, Hour.of(pace.starts, limit=limit, action=action))

    def start(self, workflow_id: uuid.UUID, now: datetime) -> datetime | None:
        """When the next run of the workflow may begin; None where it is left out."""
        held = self._held.get(workflow_id)
        if held is None:
            return now
        moment = held.hour.next(now)
        if moment is None:
            held.dropped += 1
        return moment

    def start_in_turn(self, workflow_id: uuid.UUID, now: datetime) -> datetime:
        """The same for a run that was taken and has waited at a gate: it is never left out."""
        held = self._held.get(workflow_id)
        if held is None or held.hour.action == "drop":
            # It was counted when it came.
            return now
        return held.hour.next(now) or now

    def begin_anew(self, workflow_id: uuid.UUID, now: datetime) -> None:
        """Take back the starts that were given out for later: for the caller to give them out again.

        What was started lately is forgotten where there were many still to come. It was no more than an hour takes, and
        is counted as if it had been now.
        """
        held = self._held.get(workflow_id)
        if held is not None and held.hour.last is not None and held.hour.last > now:
            held.hour = Hour.taken(held.pace.limit, at=now, limit=held.hour.limit, action=held.hour.action)

    def save(self, now: datetime) -> None:
        """Write back what was given out."""
        update_rows(
            Pace,
            _COLUMNS,
            [
                (
                    key,
                    held.hour.limit,
                    held.hour.action,
                    held.hour.stored(),
                    held.pace.dropped + held.dropped,
                    now if held.dropped else held.pace.dropped_at,
                )
                for key, held in self._held.items()
            ],
        )

    @staticmethod
    def _lock(wanted: Mapping[uuid.UUID, RunSettings]) -> dict[uuid.UUID, Pace]:
        if not wanted:
            return {}
        rows = Pace.objects.filter(workflow_id__in=wanted).order_by("workflow_id").select_for_update()
        return {pace.workflow_id: pace for pace in rows}
