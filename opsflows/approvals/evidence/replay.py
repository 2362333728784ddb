"""Replay a request's facts: the state that they tell of, to be held against the one that is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Replayed:
    """The state after some facts: the request's, the present round's levels by position, all tasks by id."""

    state: str = "waiting"
    round: int = 0
    levels: dict[int, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    #: At which level a task is, of the present round.
    places: dict[str, int] = field(default_factory=dict)


def replay(facts: Iterable[tuple[str, Mapping[str, Any]]]) -> Replayed:
    """The state that `facts` (kind and detail, in their order) lead to."""
    now = Replayed()
    for kind, detail in facts:
        if act := _ACTS.get(kind):
            act(now, detail)
    return now


def _round_opened(now: Replayed, detail: Mapping[str, Any]) -> None:
    now.state, now.round = "waiting", detail["round"]
    now.levels = {each["level"]: each["state"] for each in detail["levels"]}
    now.places = {}


def _level_opened(now: Replayed, detail: Mapping[str, Any]) -> None:
    now.levels[detail["level"]] = "open"
    for each in detail["asked"]:
        _ask(now, detail["level"], each)


def _ask(now: Replayed, level: int, each: Mapping[str, Any]) -> None:
    now.tasks[each["task"]], now.places[each["task"]] = each["state"], level


def _decided(now: Replayed, detail: Mapping[str, Any]) -> None:
    became = {"approve": "approved", "reject": "rejected", "changes": "changes_requested"}
    now.tasks[detail["task"]] = became[detail["verdict"]]


def _level_closed(now: Replayed, detail: Mapping[str, Any]) -> None:
    now.levels[detail["level"]] = detail["state"]
    for task, level in now.places.items():
        if level == detail["level"] and now.tasks[task] == "open":
            now.tasks[task] = detail["left"]


def _handed_on(now: Replayed, detail: Mapping[str, Any]) -> None:
    now.tasks[detail["from"]] = "handed_on"
    _ask(now, now.places[detail["from"]], detail)


def _escalated(now: Replayed, detail: Mapping[str, Any]) -> None:
    for task in detail["late"]:
        now.tasks[task] = "expired"
    for each in detail["asked"]:
        _ask(now, detail["level"], each)


def _left_out(now: Replayed, detail: Mapping[str, Any]) -> None:
    now.tasks[detail["task"]] = "expired"


def _ended(now: Replayed, detail: Mapping[str, Any]) -> None:
    for level, state in now.levels.items():
        if state in ("open", "pending"):
            now.levels[level] = "closed"
    for task, state in now.tasks.items():
        if state == "open":
            now.tasks[task] = "closed"


def _changes(now: Replayed, detail: Mapping[str, Any]) -> None:
    _ended(now, detail)
    now.state = "changes_requested"


def _closed(now: Replayed, detail: Mapping[str, Any]) -> None:
    _ended(now, detail)
    now.state = detail["state"]


_ACTS = {
    "round_opened": _round_opened,
    "level_opened": _level_opened,
    "decided": _decided,
    "level_closed": _level_closed,
    "handed_on": _handed_on,
    "delegated": _handed_on,
    "replaced": _handed_on,
    "escalated": _escalated,
    "left_out": _left_out,
    "superseded": _ended,
    "changes_requested": _changes,
    "closed": _closed,
}
