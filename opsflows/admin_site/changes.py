"""What changed between two states of a row, field by field, as people say it. Secrets are never told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import BooleanField, Field, ForeignKey, JSONField, Model
from django.utils import timezone

from opsflows.admin_site import words
from opsflows.admin_site.rule_changes import rule_changes
from opsflows.outbound import redact_value
from opsflows.outbound.redact import is_secret_name
from opsflows.vault import EncryptedTextField
from opsflows.workflows.wording.values import value_in_words

#: Places of one document that are told; more would bury the rest.
MOST_PLACES = 8
LONGEST = 160
NOTHING = "nothing"
HIDDEN = "not shown"
_MORE = "and more, not told here"
#: Of a definition: how its graph is written down, and where its steps are drawn.
_DEFINITION = "workflow_data"
_SCAFFOLD = frozenset({"nodes", "data", "config"})
_DRAWING = "position"
#: Numbers that only count the changes.
_COUNTERS = frozenset({"revision"})


#: Where two documents differ, and what each says there.
Place = tuple[tuple[str, ...], Any, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field, or one place in a document: what it said before and what it says since.

    Of a rule, `after` tells both in its own words, and `before` is empty.
    """

    label: str
    before: str
    after: str


def changes(before: Model, after: Model, fields: "Iterable[Field[Any, Any]]") -> list[Change]:
    """What is different in `after`, two states of the same row; `fields` are those that are kept of it."""
    return [change for field in fields if _is_told(field) for change in _of_field(before, after, field)]


def _is_told(field: "Field[Any, Any]") -> bool:
    is_stamp = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not (field.primary_key or is_stamp or field.name in _COUNTERS or field.name == "account")


def _of_field(before: Model, after: Model, field: "Field[Any, Any]") -> Iterator[Change]:
    old, new = getattr(before, field.attname), getattr(after, field.attname)
    if old == new:
        return
    label = str(field.verbose_name)
    label = label[:1].upper() + label[1:]
    if isinstance(field, EncryptedTextField) or is_secret_name(field.name):
        yield Change(label, HIDDEN, HIDDEN)
    elif isinstance(field, JSONField) and (told := list(islice(rule_changes(field.name, old, new), MOST_PLACES + 1))):
        yield from (Change(where or label, "", _cut(said)) for where, said in told[:MOST_PLACES])
        if len(told) > MOST_PLACES:
            yield Change(label, "", _MORE)
    elif isinstance(field, JSONField) and _is_nested(old, new):
        found = _places(old, new, ())
        if field.name == _DEFINITION:
            found = (_of_step(place) for place in found if _DRAWING not in place[0])
        places = list(islice(found, MOST_PLACES + 1))
        for path, was, now in places[:MOST_PLACES]:
            yield _place(label, path, was, now)
        if len(places) > MOST_PLACES:
            yield Change(label, "", _MORE)
    else:
        yield Change(label, _words(field, before, old), _words(field, after, new))


def _is_nested(*values: Any) -> bool:
    """Whether a list of plain values, or nothing, is not all that is compared."""
    return any(
        isinstance(value, Mapping)
        or (isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value))
        for value in values
    )


def _of_step(place: Place) -> Place:
    """A place in a graph by step and setting: `a1 › url`."""
    path, old, new = place
    return tuple(name for name in path if name not in _SCAFFOLD) or path, old, new


def _places(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Place]:
    """Where two documents differ. What is equal is passed over whole, so large definitions cost little."""
    if old == new:
        return
    left, right = _parts(old), _parts(new)
    if left is None or right is None:
        yield path, old, new
        return
    for key in [*left, *(key for key in right if key not in left)]:
        yield from _places(left.get(key), right.get(key), (*path, key))


def _parts(value: Any) -> Mapping[str, Any] | None:
    """A document taken apart; the entries of a list by their ids where they have some, so that one more moves none."""
    if isinstance(value, Mapping):
        return {str(key): inner for key, inner in value.items()}
    if isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        ids = [str(each["id"]) if isinstance(each, Mapping) and "id" in each else None for each in value]
        names = ids if len(set(ids)) == len(ids) and None not in ids else range(1, len(value) + 1)
        return {str(name): each for name, each in zip(names, value, strict=True)}
    return None


def _place(label: str, path: Sequence[str], old: Any, new: Any) -> Change:
    where = f"{label}: {' › '.join(path)}"[:LONGEST] if path else label
    if any(is_secret_name(name) for name in path):
        return Change(where, HIDDEN, HIDDEN)
    return Change(where, _plain(old), _plain(new))


def _words(field: "Field[Any, Any]", row: Model, value: Any) -> str:
    if isinstance(field, ForeignKey) and value is not None:
        related = getattr(row, field.name)
        return _cut(str(related)) if related is not None else f"…{str(value)[-8:]}, which is gone"
    if isinstance(field, BooleanField):
        return "yes" if value else "no"
    if field.choices and value not in (None, ""):
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return words.exact(timezone.localtime(value))
    if isinstance(value, Mapping):
        return _cut(value_in_words(value))
    if isinstance(value, list):
        return _cut(", ".join(_plain(each) for each in value[:20]))
    shown = redact_value(value) if isinstance(value, str) else value
    return f"“{_cut(shown)}”" if isinstance(shown, str) else _cut(str(shown))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
