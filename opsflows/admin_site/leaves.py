"""A JSON document as rows of dotted names and values, and back: what staff edit instead of JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from opsflows.admin_site.pairs import Pair
from opsflows.rules.text import to_text

#: Rows of one document; what is beyond them stays as it is.
MOST_ROWS = 60
#: Entries of one list that get rows.
MOST_ENTRIES = 10
#: A longer text is no line of a form.
LONGEST = 2000

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", re.ASCII)
_Keys = tuple[str | int, ...]

HELP = "Numbers, true and false are taken as such; a value in double quotes is a text whatever it says."


def leaves(document: Mapping[str, Any]) -> list[Pair]:
    """The plain values of `document` by their dotted names, such as `contacts.0.email`; the first `MOST_ROWS`."""
    return [(name, to_text(value)) for name, _, value in _rows(document)]


def edited(document: Mapping[str, Any], rows: Sequence[Pair]) -> dict[str, Any]:
    """`document` as `rows` want it, which were its `leaves` before somebody changed them.

    What reads as before keeps its type, what lies in no row stays, and a row that is gone is taken out.
    """
    changed: dict[str, Any] = _copy(document)
    wanted = dict(rows)
    gone: list[_Keys] = []
    for name, keys, value in _rows(document):
        text = wanted.pop(name, None)
        if text is None:
            gone.append(keys)
        elif text != to_text(value):
            _put(changed, keys, _typed(text, like=value))
    # From the end, so that the entries of a list keep their numbers until it is their turn.
    for keys in reversed(gone):
        _take_out(changed, keys)
    for name, text in wanted.items():
        _put(changed, _keys(name), _typed(text, like=None))
    return changed


def _rows(document: Mapping[str, Any]) -> list[tuple[str, _Keys, Any]]:
    """Of two values under one dotted name, only the first can have a row."""
    found: dict[str, tuple[str, _Keys, Any]] = {}
    for keys, value in _walk(document, ()):
        name = ".".join(map(str, keys))
        if name.strip() == name and name and name not in found:
            found[name] = (name, keys, value)
        if len(found) == MOST_ROWS:
            break
    return list(found.values())


def _walk(value: Any, keys: _Keys) -> Iterator[tuple[_Keys, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*keys, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:MOST_ENTRIES]):
            yield from _walk(inner, (*keys, number))
    elif not isinstance(value, str) or _fits(value):
        yield keys, value


def _fits(text: str) -> bool:
    # An input of one line gives back neither breaks nor control characters.
    return len(text) <= LONGEST and text.isprintable()


def _typed(text: str, *, like: Any) -> Any:
    """A value of the kind that stood there before; where there was none, of the kind that it looks like."""
    if isinstance(like, str):
        return text
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _keys(name: str) -> _Keys:
    return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 6 else part for part in name.split("."))


def _put(document: dict[str, Any], keys: _Keys, value: Any) -> None:
    place: Any = document
    for position, key in enumerate(keys):
        is_last = position == len(keys) - 1
        inner: Any = value if is_last else [] if keys[position + 1] == 0 else {}
        if isinstance(place, list):
            number = key if isinstance(key, int) and key < len(place) else len(place)
            if number == len(place):
                place.append(inner)
            elif is_last or not isinstance(place[number], dict | list):
                place[number] = inner
            place = place[number]
        else:
            name = str(key)
            if is_last or not isinstance(place.get(name), dict | list):
                place[name] = inner
            place = place[name]


def _take_out(document: dict[str, Any], keys: _Keys) -> None:
    """Without what holds nothing any more."""
    path: list[tuple[Any, Any]] = []
    place: Any = document
    for key in keys:
        path.append((place, key))
        place = place[key]
    for container, key in reversed(path):
        del container[key]
        if container:
            return


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
