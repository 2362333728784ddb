"""A JSON document as rows of dotted names with plain values, and changed at such places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from opsflows.rules.text import to_text
from opsflows.studio.forms.typed import is_plain

#: Rows of one document; what is beyond them stays as it is.
MOST: Final = 100
LONGEST_NAME: Final = 255

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A plain value of a document, under its dotted name."""

    keys: Keys
    name: str
    value: Any


def leaves(document: Mapping[str, Any], *, deep: bool) -> list[Leaf]:
    """The plain values of `document`; with `deep`, also those of the objects and lists in it."""
    found: dict[str, Leaf] = {}
    for keys, value in _walk(document, (), deep=deep):
        name = ".".join(map(str, keys))
        fits = name and name == name.strip() and name.isprintable() and len(name) <= LONGEST_NAME
        if fits and name not in found:
            found[name] = Leaf(keys, name, value)
        if len(found) == MOST:
            break
    return list(found.values())


def _walk(value: Any, keys: Keys, *, deep: bool) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, Mapping) and (deep or not keys):
        for key, inner in value.items():
            yield from _walk(inner, (*keys, str(key)), deep=deep)
    elif isinstance(value, list) and deep:
        for number, inner in enumerate(value):
            yield from _walk(inner, (*keys, number), deep=deep)
    elif is_plain(value) and keys and "\x00" not in to_text(value):
        yield keys, value


def split(name: str) -> Keys:
    """The keys that a dotted name stands for; figures are places in a list."""
    return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 6 else part for part in name.split("."))


def put(document: dict[str, Any], keys: Keys, value: Any) -> None:
    """Set the value at `keys`, and make what it needs around it."""
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
            text = str(key)
            if is_last or not isinstance(place.get(text), dict | list):
                place[text] = inner
            place = place[text]


def take_out(document: dict[str, Any], keys: Keys) -> None:
    """Take the value at `keys` away, and around it what holds nothing any more."""
    path: list[tuple[Any, Any]] = []
    place: Any = document
    for key in keys:
        path.append((place, key))
        place = place[key]
    for container, key in reversed(path):
        del container[key]
        if container:
            return


def copy(value: Any) -> Any:
    """The same document, free to be changed."""
    if isinstance(value, Mapping):
        return {key: copy(inner) for key, inner in value.items()}
    return [copy(inner) for inner in value] if isinstance(value, list) else value
