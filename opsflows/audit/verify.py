"""Check an account's chain of entries: whether any was changed, taken away or put in since it was written."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from opsflows.audit.models import AuditChain, AuditEntry
from opsflows.audit.record import hash_of

#: Entries that are held at once.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain holds: `number` and `entry_hash` of its last good entry, and what is wrong behind it."""

    number: int
    entry_hash: str
    #: Empty where everything holds.
    problem: str = ""


def verify_chain(account_id: uuid.UUID, *, batch: int = BATCH) -> Verdict:
    """Walk the chain of `account_id` from its first entry to its end, or to the first one that is broken.

    Entries that are appended meanwhile are not walked to. Somebody who can write to the database and knows this code
    can forge a chain as a whole; what `entry_hash` was, kept elsewhere, shows that, too.
    """
    end = AuditChain.objects.filter(account_id=account_id).first()
    last = Verdict(0, "")
    for entry in _entries(account_id, last_number=None if end is None else end.number, batch=batch):
        if problem := _problem(entry, last):
            return Verdict(last.number, last.entry_hash, problem)
        last = Verdict(entry.number, entry.entry_hash)
    if end is None:
        return Verdict(0, "", "Entry 1 is there, but the end of the chain is not.") if last.number else last
    if (end.number, end.entry_hash) != (last.number, last.entry_hash):
        problem = f"The chain ends with entry {end.number} ({end.entry_hash[:12]}…), and that is not what is there."
        return Verdict(last.number, last.entry_hash, problem)
    if beyond := _beyond(account_id, end.number):
        return Verdict(last.number, last.entry_hash, beyond)
    return last


def _problem(entry: AuditEntry, last: Verdict) -> str:
    what = f"{entry.at:%Y-%m-%d %H:%M:%S}Z {entry.action}"
    if entry.number != last.number + 1:
        return f"Entry {last.number + 1} is missing; the next one there is {entry.number} ({what})."
    if entry.previous_hash != last.entry_hash:
        return f"Entry {entry.number} ({what}) does not follow from the one before it."
    if hash_of(entry) != entry.entry_hash:
        return f"Entry {entry.number} ({what}) says something else than when it was written."
    return ""


def _entries(account_id: uuid.UUID, *, last_number: int | None, batch: int) -> Iterator[AuditEntry]:
    """By number, a batch at a time."""
    rows = AuditEntry.objects.filter(account_id=account_id).order_by("number")
    if last_number is not None:
        rows = rows.filter(number__lte=last_number)
    number = 0
    while read := list(rows.filter(number__gt=number)[:batch]):
        yield from read
        number = read[-1].number


def _beyond(account_id: uuid.UUID, number: int) -> str:
    """What stands behind the end although nothing moved the end since."""
    moved = AuditChain.objects.filter(account_id=account_id, number__gt=number).exists()
    if moved or not AuditEntry.objects.filter(account_id=account_id, number__gt=number).exists():
        return ""
    return f"Entry {number + 1} stands behind the end of the chain."
