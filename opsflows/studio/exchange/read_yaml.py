"""YAML as data, and nothing else: no types by name, no anchors, no keys that stand twice.

What a plain word means is decided as in JSON (YAML 1.2's core): `yes` and `2026-01-01` are texts, `1.10` is exactly
that. Read event by event without calling, so that no nesting is too deep to be refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from opsflows.jsontext.parse import MAX_DEPTH, MAX_EXPONENT, MAX_NUMBER_LENGTH
from opsflows.studio.exchange.faults import Fault, Unreadable

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
#: Places that are longer have no line of their own; that of what is around them is told.
_LONGEST_PLACE = 500
#: libyaml's where it is there, which is some ten times as fast and says the same.
_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Read:
    """One document, and the line on which each of its places stands (`actions[1].to`)."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    value: Any
    place: str
    key: str | None = None


def read_yaml(text: str) -> list[Read]:
    """The documents in `text`; empty ones are left out.

    Raises:
        Unreadable: naming line and fix.
    """
    try:
        return [read for read in _documents(text) if read.value is not None]
    except yaml.reader.ReaderError as error:
        raise Unreadable([Fault("", f"A character cannot stand in YAML ({error.reason}); remove it.")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "it cannot be read"
        raise Unreadable([Fault("", f"Not valid YAML: {reason}.", mark.line + 1 if mark else 0)]) from None
    except RecursionError:
        raise Unreadable([Fault("", f"It is nested deeper than {MAX_DEPTH} levels.")]) from None


def _documents(text: str) -> Iterator[Read]:
    read = Read()
    around: list[_Open] = []
    for event in yaml.parse(text, Loader=_Parser):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise _fault("Refers to another place (*); write it out, references are not taken.", line)
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise _fault("Has an anchor (&); write the content out where it is needed.", line)
        if isinstance(event, yaml.DocumentStartEvent):
            read, around = Read(), []
        elif isinstance(event, yaml.DocumentEndEvent):
            yield read
        elif isinstance(event, yaml.ScalarEvent):
            _take(read, around, event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag:
                raise _fault(f"Names a type ({event.tag[:60]}); leave it out.", line)
            _open(read, around, {} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.CollectionEndEvent):
            around.pop()


def _open(read: Read, around: list[_Open], value: Any, line: int) -> None:
    if len(around) >= MAX_DEPTH:
        raise _fault(f"It is nested deeper than {MAX_DEPTH} levels.", line)
    if around and isinstance(around[-1].value, dict) and around[-1].key is None:
        raise _fault("A key must be a word, not a list or mapping.", line)
    around.append(_Open(value, _put(read, around, value, line)))


def _take(read: Read, around: list[_Open], event: yaml.ScalarEvent, line: int) -> None:
    if event.tag and event.tag != "!":
        raise _fault(f"Names a type ({event.tag[:60]}); leave it out, and put texts in quotes.", line)
    _check(event.value, line)
    holder = around[-1] if around else None
    if holder is not None and isinstance(holder.value, dict) and holder.key is None:
        if event.value in holder.value:
            raise _fault(f"The key {event.value[:60]!r} stands here twice; keep one of them.", line)
        holder.key = event.value
        return
    _put(read, around, _meant(event, line), line)


def _put(read: Read, around: list[_Open], value: Any, line: int) -> str:
    """Put `value` where it belongs, and give the name of that place."""
    if not around:
        read.value, place = value, ""
    elif isinstance(holder := around[-1].value, dict):
        key = around[-1].key or ""
        place = f"{around[-1].place}.{key}".removeprefix(".")
        holder[key], around[-1].key = value, None
    else:
        place = f"{around[-1].place}[{len(holder)}]"
        holder.append(value)
    # Whoever names places of any length with one long key would fill the memory with them.
    if len(place) > _LONGEST_PLACE:
        return place[:_LONGEST_PLACE]
    read.lines[place] = line
    return place


def _meant(event: yaml.ScalarEvent, line: int) -> Any:
    text: str = event.value
    # Only what stands there without quotes can be something else than text.
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = NUMBER.fullmatch(text)
    if number is None:
        return text
    if len(text) > MAX_NUMBER_LENGTH:
        raise _fault(f"The number {text[:20]}… is too long; put it in quotes if every digit counts.", line)
    if number[2] is None and number[3] is None:
        return int(text)
    exponent = (number[3] or "e0")[1:]
    if len(exponent.lstrip("+-0")) > len(str(MAX_EXPONENT)) or abs(Decimal(text).adjusted()) > MAX_EXPONENT:
        raise _fault(f"The number {text[:20]} is out of range.", line)
    return Decimal(text)


def _check(text: str, line: int) -> None:
    if "\x00" in text:
        raise _fault("A text holds the character U+0000, which cannot be stored; remove it.", line)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _fault(
            "A text holds half of a surrogate pair, which is not Unicode; write whole characters.", line
        ) from None


def _fault(message: str, line: int) -> Unreadable:
    return Unreadable([Fault("", message, line)])
