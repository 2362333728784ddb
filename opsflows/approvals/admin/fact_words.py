"""Facts in words: what happened to a request, line by line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.approvals.admin.looks import door_through
from opsflows.approvals.models import ApprovalFact

_Detail = Mapping[str, Any]
_VERDICTS = {"approve": "Approved", "reject": "Rejected", "changes": "Asked for changes"}
_ENDS = {
    "approved": "Approved",
    "rejected": "Rejected",
    "expired": "Expired",
    "recalled": "Recalled",
    "superseded": "Replaced by a newer request",
}


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact, ready to be read."""

    number: int
    at: datetime
    what: str
    who: str
    text: str
    hash: str


def in_words(facts: Iterable[ApprovalFact]) -> list[FactLine]:
    """Each fact as a line of a list, in their order."""
    return [_line(fact) for fact in facts]


def _line(fact: ApprovalFact) -> FactLine:
    say = _SAID.get(fact.kind)
    what, text = say(fact.detail) if say else (fact.kind.replace("_", " ").capitalize(), _plain(fact.detail))
    door = door_through(fact.door)
    who = f"{fact.who}, through {door}" if fact.who else "OpsFlows itself"
    return FactLine(fact.number, fact.at, what, who, text, fact.fact_hash)


def _asked(detail: _Detail) -> tuple[str, str]:
    return f"Asked for by {detail.get('requester') or 'nobody in particular'}", str(detail.get("policy") or "")


def _round(detail: _Detail) -> tuple[str, str]:
    left_out = [str(level["name"]) for level in detail["levels"] if level["state"] == "left_out"]
    notes = [detail.get("note", ""), f"Left out: {', '.join(left_out)}." if left_out else ""]
    return f"Round {detail['round']} began", "\n".join(note for note in notes if note)


def _level_opened(detail: _Detail) -> tuple[str, str]:
    return f"{detail['name']} was asked: {_people(detail['asked'])}", "\n".join(detail.get("notes", ()))


def _level_closed(detail: _Detail) -> tuple[str, str]:
    return f"{detail['name']}: {str(detail['state']).replace('_', ' ')}", str(detail.get("reason") or "")


def _decided(detail: _Detail) -> tuple[str, str]:
    return f"{_VERDICTS.get(detail['verdict'], detail['verdict'])} by {detail['person']}", str(detail["comment"])


def _handed_on(detail: _Detail) -> tuple[str, str]:
    return f"{detail['person']} is asked instead", str(detail.get("note") or "")


def _escalated(detail: _Detail) -> tuple[str, str]:
    return f"Nobody answered in time, so others are asked: {_people(detail['asked'])}", ""


def _deadline(detail: _Detail) -> tuple[str, str]:
    return f"The time of {detail['name']} is over", f"The policy says: {detail['outcome']}."


def _reminded(detail: _Detail) -> tuple[str, str]:
    return f"Reminded: {', '.join(detail['people'])}", ""


def _closed(detail: _Detail) -> tuple[str, str]:
    return _ENDS.get(detail["state"], str(detail["state"])), str(detail.get("reason") or "")


def _changes(detail: _Detail) -> tuple[str, str]:
    # What is to be changed stands with the decision, one line above.
    return "Waits for changes" if detail.get("until") else "Goes on with “changes requested”", ""


def _commented(detail: _Detail) -> tuple[str, str]:
    return "Commented", str(detail["text"])


def _superseded(detail: _Detail) -> tuple[str, str]:
    return f"Round {detail['round']} ended: the request was changed", ""


def _stays(detail: _Detail) -> tuple[str, str]:
    return f"{detail['person']} is away, and stays asked", "Whoever stands in cannot be asked about this."


def _left_out(detail: _Detail) -> tuple[str, str]:
    return f"{detail['person']} cannot be asked any more", ""


def _people(tasks: Iterable[_Detail]) -> str:
    return ", ".join(str(task["person"]) for task in tasks) or "nobody"


def _plain(detail: _Detail) -> str:
    told = [f"{key.replace('_', ' ')}: {value}" for key, value in detail.items() if isinstance(value, str | int)]
    return "; ".join(told)


_SAID: dict[str, Callable[[_Detail], tuple[str, str]]] = {
    "asked": _asked,
    "round_opened": _round,
    "level_opened": _level_opened,
    "level_closed": _level_closed,
    "decided": _decided,
    "handed_on": _handed_on,
    "delegated": _handed_on,
    "replaced": _handed_on,
    "escalated": _escalated,
    "deadline": _deadline,
    "reminded": _reminded,
    "closed": _closed,
    "changes_requested": _changes,
    "commented": _commented,
    "superseded": _superseded,
    "stays": _stays,
    "left_out": _left_out,
}
