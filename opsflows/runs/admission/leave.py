"""Runs come to an end: whoever waits behind them comes in, in the transaction that ends them."""

from collections.abc import Sequence
from datetime import datetime

from opsflows.runs.admission.gates import let_in, lock_gates, take_down
from opsflows.runs.admission.paces import Paces
from opsflows.runs.admission.rules import rules_in_force
from opsflows.runs.engine.ends import End


def leave(ends: Sequence[End], *, now: datetime) -> None:
    """Let the next ones in; nothing for runs that passed no gate. Their queue rows are deleted already."""
    left = {end.gate_id for end in ends if end.gate_id is not None}
    if not left:
        return
    # It may be gone: of two runs that end at once, the second finds it empty.
    gates = lock_gates(left)
    rules = rules_in_force(set(gates.values()))
    paces = Paces(rules)
    lines = let_in(gates, rules, paces, now=now)
    paces.save(now)
    take_down([line.gate_id for line in lines.values() if line.is_empty])
