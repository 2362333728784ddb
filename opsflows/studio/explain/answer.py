"""From what is known of a workflow at the moment an event came to its answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from opsflows.studio.explain.entry import entries
from opsflows.studio.explain.held_against import Held, HeldEvent
from opsflows.studio.explain.listening import Listening, Spell
from opsflows.studio.explain.moment import How, Judged
from opsflows.studio.explain.standing import in_zone, standing
from opsflows.studio.explain.started import in_line
from opsflows.studio.explain.verdict import Reason, StartedRun, Verdict


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workflow before its condition is looked at; `reason` is then the likely one."""

    found: Listening
    reason: Reason
    sentence: str
    live: Spell | None
    runs: tuple[StartedRun, ...]

    @classmethod
    def of(
        cls, found: Listening, event_name: str, when: Judged, runs: Sequence[StartedRun], zone: ZoneInfo
    ) -> "Candidate":
        """What can be told without the event's payload."""
        live = found.live(when.at)
        by_event = [run for run in runs if not run.is_again]
        if by_event:
            first = by_event[0]
            # What stands in brackets calls the settings as the API does.
            left_out = first.error.partition(" (maxExecutionsPerHour")[0].rstrip(".") + "."
            reason, sentence = (Reason.DROPPED, left_out) if first.is_left_out else (Reason.RAN, "")
            return cls(found, reason, sentence, live, tuple(runs))
        off = standing(found, event_name, when.at, zone)
        if off is not None:
            return cls(found, *off, None, tuple(runs))
        return cls(found, Reason.CONDITION, "", live, tuple(runs))


class Answers:
    """The answers of the workflows that are shown: what they need is read for all of them together."""

    def __init__(self, event: HeldEvent, when: Judged, zone: ZoneInfo, shown: Sequence[Candidate]) -> None:
        self.event = event
        self.when = when
        self.zone = zone
        asked = (_version_of(each) for each in shown)
        self.entries = entries({version_id for version_id in asked if version_id is not None})
        self.in_line = in_line([run for each in shown for run in each.runs])

    def of(self, candidate: Candidate) -> Verdict:
        """The whole answer of one of them."""
        version_id = _version_of(candidate)
        entry = self.entries.get(version_id) if version_id else None
        held = self.event.against(entry) if entry is not None else None
        reason, sentence = self._told(candidate, held)
        if reason in (Reason.CONDITION, Reason.NO_TRACE):
            sentence += self._doubt(candidate.live)
        found, live = candidate.found, candidate.live
        return Verdict(
            workflow_id=found.workflow_id,
            name=found.name,
            reason=reason,
            sentence=sentence,
            version_id=version_id,
            version_number=live.number if live is not None and live.version_id == version_id else None,
            is_deleted=found.deleted_at is not None,
            runs=candidate.runs,
            explanation=held.explanation if held else None,
            changes=held.changes if held and reason is Reason.CONDITION else None,
        )

    def _told(self, candidate: Candidate, held: Held | None) -> tuple[Reason, str]:
        if candidate.reason is Reason.RAN:
            return self._ran(candidate.runs[0])
        if candidate.reason is not Reason.CONDITION or held is None:
            return candidate.reason, candidate.sentence
        if held.problem:
            return Reason.UNREADABLE, f"Its condition can no longer be read here: {held.problem}"
        if held.holds is None:
            return Reason.PAYLOAD_GONE, "What the event carried is no longer kept, so its condition cannot be asked."
        if not held.holds:
            return Reason.CONDITION, f"{self._by(candidate)} did not hold."
        return self._holds(candidate)

    def _doubt(self, live: Spell | None) -> str:
        # Routing sees what is committed, and machines' clocks differ: so close together, the order cannot be told.
        if live is None or not self.when.is_over or self.when.at - live.since >= _CLOSE:
            return ""
        return " It went live only seconds before, so perhaps the version before it was asked."

    def _by(self, candidate: Candidate) -> str:
        number = candidate.live.number if candidate.live else "?"
        return f"The condition of version {number}, which was live then,"

    def _ran(self, run: StartedRun) -> tuple[Reason, str]:
        if run.id not in self.in_line:
            return Reason.RAN, f"It started on {in_zone(run.started_at, self.zone)}."
        due = self.in_line[run.id]
        if due is None:
            return Reason.IN_LINE, "Its run waits for its turn: as many as may go on at once are going on."
        return Reason.IN_LINE, f"Its run waits for room in the hour; it starts on {in_zone(due, self.zone)}."

    def _holds(self, candidate: Candidate) -> tuple[Reason, str]:
        match self.when.how:
            case How.WAITING:
                return Reason.NOT_YET, "It will start: the event has not been handed over yet, and it lets it in."
            case How.SET_ASIDE:
                said = "It would start, but the event was set aside before any workflow got it."
                return Reason.SET_ASIDE, f"{said} Hand it over again, and it will."
        if candidate.runs:
            return Reason.NO_TRACE, _NO_RUN + " A person started one from it later."
        return Reason.NO_TRACE, _NO_RUN


#: Closer together than this, it is not sure which of publishing and routing came first.
_CLOSE = timedelta(seconds=5)
_NO_RUN = (
    "It let this event in, and there is no run of it: either the run was deleted when its time to be kept was over, or "
    "what it depends on (business hours, the time zone) was changed since."
)


def _version_of(candidate: Candidate) -> uuid.UUID | None:
    """The version whose condition is told: the one that ran, else the one that was live."""
    by_event = [run for run in candidate.runs if not run.is_again]
    if by_event:
        return by_event[0].version_id
    return candidate.live.version_id if candidate.live else None
