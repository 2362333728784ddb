"""What a form holds between the page and the config: texts under names, as a browser sends them.

The stored config is written into it (`Input.write`), the page is drawn from it, and the config is read back out of it.
Lists are kept as their rows' ids, one hidden input each, so that buttons can add, remove and move rows without a word
of JavaScript.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from opsflows.studio.forms.masks import RETYPE, RETYPE_STALE

#: The name of the buttons that rearrange the form instead of saving it.
DO: Final = "_do"
MOST_ROWS: Final = 250
LONGEST: Final = 100_000

_ID = re.compile(r"[0-9n][0-9n.]{0,40}", re.ASCII)
_DEED = re.compile(r"(add|group|remove|up|down|refit)(?::([\w.-]{1,200})(?::([\w.-]{1,60}))?)?", re.ASCII)


class Posted:
    """Texts by name. What is wrong with one of them is kept beside it, for the page to show."""

    def __init__(self, texts: dict[str, list[str]] | None = None) -> None:
        self.texts = texts if texts is not None else {}
        #: Of each name: where in the config it was read into, and what is wrong with it.
        self.places: dict[str, str] = {}
        self.wrong: dict[str, list[str]] = {}
        #: Whether it was drawn from something else than what is stored now: rows may stand for others by then.
        self.is_stale = False
        #: The row that a button just added.
        self.added = ""

    def has(self, name: str) -> bool:
        return name in self.texts

    def text(self, name: str) -> str:
        """The last text under `name`, line ends as we write them."""
        found = self.texts.get(name)
        return "" if not found else found[-1].replace("\r\n", "\n").replace("\r", "\n")

    def put(self, name: str, text: str) -> None:
        self.texts[name] = [text]

    def put_rows(self, name: str, ids: Iterable[str]) -> None:
        """A list's rows; the empty one first says that there is a list, even where it has none."""
        self.texts[name] = ["", *ids]

    def rows(self, name: str) -> list[str]:
        """The ids of a list's rows, in order, each once."""
        found = (each for each in self.texts.get(name, ()) if _ID.fullmatch(each))
        return list(dict.fromkeys(found))[:MOST_ROWS]

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong with what stands under `name`."""
        self.wrong.setdefault(name, []).append(message)

    def refuse_hidden(self, name: str) -> None:
        """Say that what is hidden under `name` cannot be kept: it was changed in part, or stands elsewhere by now."""
        self.refuse(name, RETYPE_STALE if self.is_stale else RETYPE)

    def at(self, path: str, name: str) -> None:
        """Note that what stands under `name` is the config's value at `path`."""
        self.places[name] = path


def posted_of(data: Any, prefix: str) -> Posted:
    """What a request sent for the form whose names begin with `prefix`."""
    return Posted(
        {name: [text[: LONGEST + 1] for text in data.getlist(name)] for name in data if name.startswith(prefix)}
    )


def rearranged(data: Any, posted: Posted, prefix: str) -> bool:
    """Whether a button was pressed that rearranges this form; `posted` is then as the button wants it."""
    found = _DEED.fullmatch(data.get(DO, ""))
    if found is None:
        return False
    deed, target, row = found.groups()
    if deed == "refit":
        return True
    if not target or not target.startswith(prefix) or not posted.has(target):
        return False
    ids = posted.rows(target)
    if deed in ("add", "group") and len(ids) < MOST_ROWS:
        _add(posted, target, ids, is_group=deed == "group")
    elif row in ids:
        at = ids.index(row)
        if deed == "remove":
            ids.remove(row)
        elif deed == "up" and at > 0:
            ids[at - 1], ids[at] = ids[at], ids[at - 1]
        elif deed == "down" and at < len(ids) - 1:
            ids[at + 1], ids[at] = ids[at], ids[at + 1]
        posted.put_rows(target, ids)
    return True


def fresh_id(ids: Iterable[str]) -> str:
    """An id that no row has yet."""
    taken = [int(each[1:]) for each in ids if each.startswith("n") and each[1:].isdigit()]
    return f"n{max(taken, default=-1) + 1}"


def _add(posted: Posted, target: str, ids: list[str], *, is_group: bool) -> None:
    # Ids are looked for in the whole form: those of a condition are told apart across its groups.
    every = [each for name, texts in posted.texts.items() if _same_tree(name, target) for each in texts]
    new = fresh_id([*every, *ids])
    posted.put_rows(target, [*ids, new])
    posted.added = f"{_stem(target)}-{new}"
    if is_group:
        inner = fresh_id([*every, *ids, new])
        posted.put_rows(f"{_stem(target)}-{new}-in", [inner])
        posted.added = f"{_stem(target)}-{inner}"


def _stem(target: str) -> str:
    """Of the rows of a condition's group: what the names of all of the condition's places begin with."""
    return target.rsplit("-", 2)[0] if target.endswith("-in") else target


def _same_tree(name: str, target: str) -> bool:
    return name == target or (target.endswith("-in") and name.startswith(_stem(target)) and name.endswith("-in"))
