"""Decide for runs that are to start whether they begin at once, wait for their turn or for the hour, or are left out.

Inside the transaction that writes them. Locks are taken in one order: gates by name, then paces by workflow.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from opsflows.metrics import RUNS_LEFT_OUT
from opsflows.runs.admission.gates import Line, let_in, open_gates, take_down
from opsflows.runs.admission.key import gate_key
from opsflows.runs.admission.paces import Paces
from opsflows.runs.admission.verdict import Candidate, Verdict
from opsflows.runs.models import QueueItem


def admit(candidates: Sequence[Candidate], *, now: datetime) -> list[Verdict]:
    """A verdict for each of them, who stand in the order in which they are to begin."""
    rules = {each.workflow_id: each.settings for each in candidates}
    names = [_gate_of(each) for each in candidates]
    gates = open_gates(name for name in names if name is not None)
    paces = Paces(rules)
    lines = let_in({gate_id: name[0] for name, gate_id in gates.items()}, rules, paces, now=now)
    verdicts = [
        _decide(each, lines[gates[name]] if name is not None else None, paces, now)
        for each, name in zip(candidates, names, strict=True)
    ]
    paces.save(now)
    # Of runs that were left out: nobody stands at these, so nobody would ever take them down.
    used = {verdict.gate_id for verdict in verdicts}
    take_down([line.gate_id for line in lines.values() if line.is_empty and line.gate_id not in used])
    return verdicts


def _gate_of(candidate: Candidate) -> tuple[uuid.UUID, str] | None:
    concurrency = candidate.settings.concurrency
    if concurrency is None:
        return None
    return candidate.workflow_id, gate_key(concurrency.key, candidate.scope, candidate.clock)


def _decide(candidate: Candidate, line: Line | None, paces: Paces, now: datetime) -> Verdict:
    settings, turn = candidate.settings, candidate.turn
    gate_id = line.gate_id if line is not None else None
    due: datetime | None = now
    if candidate.is_paced and settings.throttleAction == "drop":
        # Whoever is left out is left out at once, whatever the line at the gate is like.
        due = paces.start(candidate.workflow_id, now)
        if due is None:
            RUNS_LEFT_OUT.inc()
            return Verdict(dropped=_left_out(settings.maxExecutionsPerHour))
    if line is not None and not line.room:
        return Verdict(QueueItem.Status.BLOCKED, gate_id=gate_id, turn=turn)
    if line is not None:
        line.room -= 1
    if candidate.is_paced and settings.throttleAction != "drop":
        due = paces.start(candidate.workflow_id, now)
    if due is None or due <= now:
        return Verdict(gate_id=gate_id, turn=turn)
    return Verdict(QueueItem.Status.WAITING, due, gate_id, turn)


def _left_out(limit: int | None) -> str:
    many = "1 run" if limit == 1 else f"{limit:,} runs"
    return (
        f"Not started: at most {many} of this workflow may start in an hour, and so many had. It leaves out what is "
        "more, as its settings say."
    )
