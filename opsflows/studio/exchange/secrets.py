"""Secrets stay at home: what looks like one is masked on the way out, and put back on the way in where it is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.jsontext.place import walk, written
from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK, is_secret_name


def put_back(masked: Any, known: Any) -> Any:
    """`masked` with each mask that hides the same place of `known` replaced by what it hides."""
    return _put_back(masked, known, redact_value(known))


def masks_in(document: Any) -> Iterator[str]:
    """The places where a secret was left out."""
    for path, value in walk(document):
        if isinstance(value, str) and MASK in value and _hides(path[-1] if path else "", value):
            yield written(path)


def without_masks(document: Any) -> Any:
    """`document` with a plain word in the place of each mask."""
    if isinstance(document, Mapping):
        return {key: without_masks(value) for key, value in document.items()}
    if isinstance(document, list):
        return [without_masks(value) for value in document]
    return document.replace(MASK, "hidden") if isinstance(document, str) else document


def _hides(key: str | int, value: str) -> bool:
    if value.startswith(("https://", "http://")):
        return True
    return value == MASK and isinstance(key, str) and is_secret_name(key)


def _put_back(masked: Any, known: Any, hidden: Any) -> Any:
    if masked == hidden:
        return known
    if isinstance(masked, Mapping) and isinstance(known, Mapping) and isinstance(hidden, Mapping):
        return {
            key: _put_back(value, known[key], hidden[key]) if key in known else value for key, value in masked.items()
        }
    if isinstance(masked, list) and isinstance(known, list) and isinstance(hidden, list):
        return [_item(at, masked, known, hidden) for at in range(len(masked))]
    return masked


def _item(at: int, masked: list[Any], known: list[Any], hidden: list[Any]) -> Any:
    """An item of a list, in which others may have been put in, taken out or moved since: it keeps its own secret."""
    value = masked[at]
    if next(masks_in([value]), None) is None:
        return value
    if len(masked) == len(known) and (value == hidden[at] or hidden[at] not in masked):
        return _put_back(value, known[at], hidden[at])
    # Which of several that look alike it is, nobody can tell: the mask stays, and is asked about.
    return known[hidden.index(value)] if hidden.count(value) == 1 else value
