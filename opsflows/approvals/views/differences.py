"""What a round says otherwise than the one before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opsflows.approvals.content import Content
from opsflows.approvals.reading.chain import Chain, ChainRound
from opsflows.approvals.reading.money import money


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reads otherwise now; empty where there was nothing, or is nothing any more."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A round that is over, and what the next one changed."""

    chain: ChainRound
    changes: Sequence[Change]
    note: str


def earlier_rounds(chain: Chain) -> list[Earlier]:
    """The rounds before the present one, the latest first."""
    pairs = zip(chain.rounds, chain.rounds[1:], strict=False)
    found = [Earlier(old, list(changes(old.content, new.content)), new.round.note) for old, new in pairs]
    return found[::-1]


def changes(old: Content, new: Content) -> Iterator[Change]:
    """Everything that differs, in the order in which people read a request."""
    said = [
        ("What is asked", old.title, new.title),
        ("Amount", money(old.amount, old.currency), money(new.amount, new.currency)),
        ("Why", old.summary, new.summary),
    ]
    before, after = _details(old), _details(new)
    said += [(label, before.get(label, ""), after.get(label, "")) for label in {**before, **after}]
    files, more = _files(old), _files(new)
    said += [("File taken away", name, "") for digest, name in files.items() if digest not in more]
    said += [("File added", "", name) for digest, name in more.items() if digest not in files]
    yield from (Change(label, one, other) for label, one, other in said if one != other)


def as_text(value: Any) -> str:
    """A value of a request as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(as_text, value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {as_text(each)}" for key, each in value.items())
    return str(value)


def _details(content: Content) -> dict[str, str]:
    return {str(each["label"]): as_text(each.get("value")) for each in content.details}


def _files(content: Content) -> dict[str, str]:
    return {f"{each['sha256']} {each['name']}": str(each["name"]) for each in content.attachments}
