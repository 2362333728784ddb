"""The books after a trial: what was promised, what happened inside, what arrived outside, and what does not add up."""

import json
import statistics
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.processes.deals import EMITTED, STORED
from tests.processes.killer import Havoc
from tests.processes.sender import Sending
from tests.processes.stack import Stack

#: What must be empty when all work is done.
LEFT_OVERS = {
    "events not routed": "SELECT count(*) FROM events WHERE routed_at IS NULL",
    "runs in the queue": "SELECT count(*) FROM workflow_queue",
    "runs not completed": "SELECT count(*) FROM workflow_executions WHERE execution_status <> 'completed'",
    "events set aside": "SELECT count(*) FROM event_routing_failures",
    "steps without a result": "SELECT count(*) FROM workflow_steps WHERE completed_at IS NULL",
}
_STORED = "SELECT e.id, x.id FROM events e LEFT JOIN workflow_executions x ON x.event_id = e.id WHERE e.name = %s"


@dataclass(slots=True)
class Books:
    """All that is known of one trial."""

    sent: int
    acknowledged: int
    unanswered: int
    stored: int
    completed: int
    tasks: int
    emitted: int
    #: Keys that the receiver saw, requests that carried them, and how many of those were repeats.
    effects: int
    requests: int
    repeats: int
    problems: list[str] = field(default_factory=list)
    #: By killed role, how long work that was due went without its effect, in seconds.
    stalls: dict[str, list[float]] = field(default_factory=dict)

    def text(self) -> str:
        """As a table."""
        rows = [
            ("events sent", self.sent),
            ("  acknowledged", self.acknowledged),
            ("  without an answer (may be stored or not)", self.unanswered),
            ("events stored", self.stored),
            ("runs completed", self.completed),
            ("tasks created", self.tasks),
            ("events sent by runs", self.emitted),
            ("effects at the receiver (distinct keys)", self.effects),
            ("  requests that carried them", self.requests),
            ("  repeats, recognised by their key", self.repeats),
        ]
        lines = [f"{name:44}{count:8}" for name, count in rows]
        for role, times in sorted(self.stalls.items()):
            lines.append(
                f"killed: {role:14} {len(times):4} times; work due was late by "
                f"{statistics.median(times):.1f} s (median), {max(times):.1f} s (worst)"
            )
        return "\n".join([*lines, *(f"WRONG: {problem}" for problem in self.problems)])


def examine(stack: Stack, sendings: Sequence[Sending], havoc: Havoc | None = None) -> Books:
    """Compare what was promised with what is there."""
    database = stack.database
    ledger = stack.ask_sink("/ledger")
    stored = {
        _uuid(row[0]): _uuid(row[1]) if row[1] else None
        for row in database.rows(
            "SELECT e.id, x.id FROM events e LEFT JOIN workflow_executions x ON x.event_id = e.id WHERE e.name = %s",
            STORED,
        )
    }
    acknowledged = [sending for sending in sendings if sending.is_acknowledged]
    books = Books(
        sent=len(sendings),
        acknowledged=len(acknowledged),
        unanswered=sum(sending.status is None for sending in sendings),
        stored=len(stored),
        completed=database.value("SELECT count(*) FROM workflow_executions WHERE execution_status = 'completed'"),
        tasks=database.value("SELECT count(*) FROM tasks"),
        emitted=database.value("SELECT count(*) FROM events WHERE name = %s", EMITTED),
        effects=len(ledger),
        requests=sum(entry[2] for entry in ledger),
        repeats=sum(entry[2] - 1 for entry in ledger),
    )
    books.problems += _left_overs(stack)
    books.problems += _broken_promises(acknowledged, stored)
    books.problems += _inside(stack, runs=len(stored))
    books.problems += _outside(ledger, runs=len(stored))
    if havoc is not None:
        books.problems += [f"an orphan went on: {orphan}" for orphan in havoc.orphans]
        books.stalls = _stalls(havoc, acknowledged, ledger)
    return books


def _left_overs(stack: Stack) -> list[str]:
    counts = {name: stack.database.value(query) for name, query in LEFT_OVERS.items()}
    return [f"{count} {name}" for name, count in counts.items() if count]


def _broken_promises(acknowledged: Sequence[Sending], stored: dict[uuid.UUID, uuid.UUID | None]) -> list[str]:
    ids = [uuid.UUID(sending.event_id) for sending in acknowledged if sending.event_id]
    lost = [each for each in ids if each not in stored]
    idle = [each for each in ids if each in stored and stored[each] is None]
    problems = [f"{len(lost)} acknowledged events are not there"] if lost else []
    return problems + ([f"{len(idle)} acknowledged events started no run"] if idle else [])


def _inside(stack: Stack, *, runs: int) -> list[str]:
    """Effects in the database: one each for every run."""
    per_run = {
        "tasks": "SELECT execution_id, count(*) FROM tasks GROUP BY execution_id",
        "sent events": f"SELECT cause_execution_id, count(*) FROM events WHERE name = '{EMITTED}' GROUP BY 1",
        "runs of one event": "SELECT event_id, count(*) FROM workflow_executions GROUP BY event_id",
    }
    problems = []
    for name, query in per_run.items():
        counts = Counter(count for _, count in stack.database.rows(query))
        if counts != Counter({1: runs}):
            problems.append(f"{name}: {dict(counts)} (how many: how often), of {runs} runs each should have one")
    return problems


def _outside(ledger: Sequence[Any], *, runs: int) -> list[str]:
    """Effects at the receiver: one key for each deal, and nothing different under the same key."""
    keys_of = Counter(json.loads(body)["deal"] for _, _, _, body, _ in ledger)
    doubled = [deal for deal, keys in keys_of.items() if keys > 1]
    differing = sum(entry[4] for entry in ledger)
    problems = []
    if doubled:
        problems.append(f"{len(doubled)} deals arrived under several keys, such as {doubled[0]}")
    if len(keys_of) != runs:
        problems.append(f"{len(keys_of)} deals arrived outside, of {runs}")
    if differing:
        problems.append(f"{differing} repeats carried something else than the first request of their key")
    return problems


def _stalls(havoc: Havoc, acknowledged: Sequence[Sending], ledger: Sequence[Any]) -> dict[str, list[float]]:
    arrived = {json.loads(body)["deal"]: first_at for _, first_at, _, body, _ in ledger}
    waits = [(sending.answered_at, arrived[sending.key]) for sending in acknowledged if sending.key in arrived]
    stalls: dict[str, list[float]] = {}
    for role, killed_at in havoc.kills:
        late = [seen - killed_at for stored, seen in waits if stored <= killed_at < seen]
        stalls.setdefault(role, []).append(max(late, default=0.0))
    return stalls


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)
