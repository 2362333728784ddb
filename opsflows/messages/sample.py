"""Values to try a template with, where no event is at hand."""

from typing import Any

from opsflows.events.payload_fields import payload_fields
from opsflows.rules import VARIABLES

_BY_KIND = {
    "number": 100,
    "whole number": 3,
    "yes or no": True,
    "date": "2026-12-31",
    "date and time": "2026-12-31T12:00:00Z",
    "email address": "somebody@example.com",
    "web address": "https://example.com/",
    "list": [],
    "object": {},
}


def known_variables() -> dict[str, Any]:
    """The variables that Rules names, each with its example; dates come from the clock."""
    return {each.name: _plain(each.example) for each in VARIABLES if each.group != "Date"}


def example_of(schema: Any) -> dict[str, Any]:
    """An event as its schema describes it: each field's example, else something of its kind."""
    document: dict[str, Any] = {}
    for field in sorted(payload_fields(schema), key=lambda field: field.name.count(".")):
        *parents, name = field.name.split(".")
        place: Any = document
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if isinstance(place, dict):
            example = field.example if field.example is not None else _BY_KIND.get(field.kind, name)
            place[name] = dict(example) if isinstance(example, dict) else example
    return document


def _plain(example: str) -> Any:
    return int(example) if example.isascii() and example.isdigit() and len(example) < 10 else example
