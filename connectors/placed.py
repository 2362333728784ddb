"""Events whose name, id and time stand where staff say: for senders of whom nothing is known beforehand."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Sample
from connectors.moments import moment
from connectors.options import Option, Problem
from connectors.places import first_text, first_value, parse_places, places_problem

_HELP: Final = "header:NAME, body:dotted.path or fixed:text; several, separated by commas, are tried in order."

PLACES: Final = (
    Option(
        "name_from",
        "Event name from",
        default="body:type, body:event, fixed:event",
        help=_HELP,
        required=True,
        check=places_problem,
    ),
    Option(
        "key_from",
        "Event id from",
        default="header:Idempotency-Key, body:event_id",
        help=f"What two copies of one event have in common. {_HELP}",
        check=places_problem,
    ),
    Option(
        "time_from",
        "Time of occurrence from",
        default="body:occurred_at, body:timestamp",
        help=f"ISO 8601 or Unix time; without one the time of receipt counts. {_HELP}",
        check=places_problem,
    ),
)
"""The options by which a preset lets staff say where name, id and time stand."""


def key_problems(options: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with places that are well written: an id that every event would share."""
    if any(place.kind == "fixed" for place in parse_places(options.get("key_from", ""))):
        return [("key_from", "A fixed id would make every event a copy of the first; name a header or a body path.")]
    return []


def placed_event(preset: Preset, request: InboundRequest, document: Any, settings: Mapping[str, Any]) -> InboundEvent:
    """The event of a request, read from the configured places. Raises `Refused(MALFORMED)` where it has no name."""
    name = first_text(settings["name_from"], request, document)
    if name is None:
        raise preset.malformed(f"The event's name is missing; this source takes it from {settings['name_from']}.")
    key = first_text(settings["key_from"], request, document)
    occurred_at = moment(first_value(settings["time_from"], request, document))
    return preset.event(name, key=key, occurred_at=occurred_at, data=document)


def placed_headers(sample: Sample) -> dict[str, str]:
    """The sample's id and name as headers, where the source looks for them in headers first."""
    headers: dict[str, str] = {}
    for setting, value in (("key_from", sample.key), ("name_from", sample.name)):
        place = next(iter(parse_places(sample.settings[setting])), None)
        if place and place.kind == "header" and value:
            headers[place.target] = value
    return headers
