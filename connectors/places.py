"""Where in a request a value stands: `header:X-Event-Type`, `body:event.type` or `fixed:order.created`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from connectors.base import InboundRequest

_PLACE: Final = re.compile(r"(?P<kind>header|body|fixed):(?P<target>\S(?:.*\S)?)\Z", re.ASCII)
# Python refuses to write numbers of several thousand digits; no id comes near.
_TOO_LONG_TO_WRITE: Final = 10**255
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """One place to look: `kind` is header, body or fixed; `target` the header's name, the dotted path or the text."""

    kind: str
    target: str

    def value(self, request: InboundRequest, document: Any) -> Any:
        """What stands there; None where nothing does."""
        if self.kind == "fixed":
            return self.target
        if self.kind == "header":
            return request.header(self.target) or None
        return dig(document, self.target)


def dig(document: Any, path: str) -> Any:
    """The value at a dotted path (`data.object.id`, `items.0.sku`); None where the path leads nowhere."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isascii() and step.isdigit() and len(step) < 10:
            document = document[int(step)] if int(step) < len(document) else None
        else:
            return None
    return document


def text(value: Any) -> str | None:
    """A name or a key out of a payload: a text that isn't blank, or a number as text; None for anything else."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal) or (isinstance(value, int) and abs(value) < _TOO_LONG_TO_WRITE):
        return str(value)
    return None


def first_text(written: str, request: InboundRequest, document: Any) -> str | None:
    """The first name or key found at the places of a list such as `header:X-Event, body:type`; None without any."""
    return next(filter(None, (text(place.value(request, document)) for place in parse_places(written))), None)


def first_value(written: str, request: InboundRequest, document: Any) -> Any:
    """The first value found at the places of such a list, of whatever type; None without any."""
    values = (place.value(request, document) for place in parse_places(written))
    return next((value for value in values if value is not None), None)


@lru_cache(maxsize=256)
def parse_places(written: str) -> tuple[Place, ...]:
    """Read a list of places separated by commas, looked at in order. Raises ValueError with a sentence for staff."""
    return tuple(_parse_one(part.strip()) for part in written.split(",")) if written.strip() else ()


def places_problem(written: str) -> str | None:
    """What is wrong with a list of places, as a sentence; None where it will do."""
    try:
        parse_places(written)
    except ValueError as error:
        return str(error)
    return None


def header_problem(written: str) -> str | None:
    """What is wrong with the name of a header, as a sentence; None where HTTP allows it."""
    return None if _HEADER_NAME.match(written) else f"“{written}” is no header name; write one such as X-Signature."


def _parse_one(written: str) -> Place:
    found = _PLACE.match(written)
    if found is None or (found["kind"] == "header" and header_problem(found["target"])):
        raise ValueError(f"“{written}” is no place; write header:X-Event-Type, body:event.type or fixed:order.created.")
    return Place(found["kind"], found["target"])
