"""Where each field of the form stands in the settings, and how what somebody changed is put there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """One setting: its field's name, its keys from the outside in, and what counts where it is left out."""

    name: str
    keys: tuple[str, ...]
    default: Any = None

    @property
    def path(self) -> str:
        """What problems call it."""
        return ".".join(("settings", *self.keys))


_HANDLING = "errorHandling"
PLACES = (
    Place("priority", ("priority",), "normal"),
    Place("timeout", ("timeout",)),
    Place("four_eyes", ("fourEyes",), False),
    Place("per_hour", ("maxExecutionsPerHour",)),
    Place("throttle", ("throttleAction",), "queue"),
    Place("at_once", ("concurrency", "limit")),
    Place("turns", ("concurrency", "key")),
    Place("on_error", (_HANDLING, "onError"), "stop"),
    Place("retry_count", (_HANDLING, "retryCount")),
    Place("retry_delay", (_HANDLING, "retryDelay")),
    Place("notify", (_HANDLING, "notifyOnFailure")),
    Place("error_workflow", (_HANDLING, "errorWorkflow")),
)
EXITS = "exits"
#: Fields of the workflow itself, beside its settings.
NAMES = {"name": "name", "description": "description", "category": "category"}

_ABSENT: Any = object()
_EMPTY: tuple[Any, ...] = (None, "", [])


def values_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What each field shows of `settings`: its default where there is nothing."""
    values = {place.name: _at(settings, place.keys, place.default) for place in PLACES}
    # An object without a limit is a limit of one run; an empty field would say that there is none.
    if values["at_once"] is None and isinstance(settings.get("concurrency"), Mapping):
        values["at_once"] = 1
    return values


def with_changes(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` with the fields that `changes` names changed; all else, known here or not, as it was.

    What is emptied, or set to what counts anyway, is taken out.
    """
    changed = dict(settings)
    for place in PLACES:
        if place.name in changes:
            value = changes[place.name]
            _put(changed, place.keys, _ABSENT if _is_nothing(value, place) else value)
    if changes.keys() & {"at_once", "turns"} and not _says(changed.get("concurrency")):
        changed.pop("concurrency", None)
    return changed


def field_at(path: str) -> str:
    """The name of the field in which the problem at `path` is put right; empty where there is none."""
    for place in PLACES:
        if path == place.path or path.startswith((f"{place.path}.", f"{place.path}[")):
            return place.name
    if path == "settings.concurrency":
        return "at_once"
    return NAMES.get(path, "")


def _is_nothing(value: Any, place: Place) -> bool:
    return value in _EMPTY or (place.default is not None and value == place.default)


def _says(concurrency: Any) -> bool:
    return isinstance(concurrency, Mapping) and any(value not in _EMPTY for value in concurrency.values())


def _at(document: Any, keys: tuple[str, ...], default: Any) -> Any:
    for key in keys:
        if not isinstance(document, Mapping) or document.get(key) is None:
            return default
        document = document[key]
    return document


def _put(document: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set `value` at `keys`, or take it out; an object that becomes empty by that goes as well."""
    if len(keys) == 1:
        if value is _ABSENT:
            document.pop(keys[0], None)
        else:
            document[keys[0]] = value
        return
    inner = document.get(keys[0])
    inner = dict(inner) if isinstance(inner, Mapping) else {}
    _put(inner, keys[1:], value)
    if inner:
        document[keys[0]] = inner
    else:
        document.pop(keys[0], None)
