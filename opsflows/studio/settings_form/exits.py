"""The rows of the exits: which there are, and what somebody changed in them. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opsflows.workflows.exits import MAX_EXITS

#: The texts of a row, and the keys under which an exit keeps them.
TEXTS = ("event", "field", "value", "reason")
#: What the buttons say.
ADD, REMOVE = "exit-add", "exit-remove:"

_ID = re.compile(r"\d{1,4}|n\d{1,4}", re.ASCII)


def row_ids(exits: Sequence[Any]) -> list[str]:
    """The rows of what is stored: each is called by its place in the list."""
    return [str(number) for number in range(len(exits))]


def sent_ids(sent: Iterable[str], exits: Sequence[Any]) -> list[str]:
    """The rows that a request names, each once, those of exits that are not there left out."""
    found = [each for each in sent if _ID.fullmatch(each) and (each.startswith("n") or int(each) < len(exits))]
    return list(dict.fromkeys(found))[:MAX_EXITS]


def rearranged(ids: Sequence[str], deed: str) -> list[str] | None:
    """The rows as a button wants them; None where it is no button of theirs."""
    if deed == ADD:
        taken = [int(each[1:]) for each in ids if each.startswith("n")]
        return [*ids, f"n{max(taken, default=-1) + 1}"][:MAX_EXITS]
    if deed.startswith(REMOVE):
        return [each for each in ids if each != deed.removeprefix(REMOVE)]
    return None


def stored(exits: Sequence[Any], row_id: str) -> Mapping[str, Any]:
    """The exit that a row stands for; empty where the row is new."""
    if row_id.startswith("n"):
        return {}
    found = exits[int(row_id)]
    return found if isinstance(found, Mapping) else {}


def changed_exit(before: Mapping[str, Any], texts: Mapping[str, str], conditions: Any) -> dict[str, Any]:
    """`before` with the `texts` that somebody changed, and its conditions; what is emptied is taken out."""
    after = dict(before)
    for key, text in texts.items():
        if text:
            after[key] = text
        else:
            after.pop(key, None)
    if conditions is None:
        # A null that was written stays one.
        if before.get("conditions") is not None:
            after.pop("conditions")
    else:
        after["conditions"] = conditions
    return after
