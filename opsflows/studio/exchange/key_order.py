"""In which order keys stand, so that the same always reads the same: by meaning where it is known, else by letter."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from opsflows.workflows.handling import HANDLING_KEYS
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.settings import RunSettings

#: How a step is told in a rule: what it is, what it is about, then what is said beside it.
STEP_FIRST = ("type", "id", "label")
STEP_LAST = ("critical", *HANDLING_KEYS, "disabled")
#: Within configurations.
_COMMON = ("type", "kind", "name", "label", "field", "operator", "value", "logic", "rules", "conditions")


def in_order(value: Any, first: Sequence[str] = _COMMON, last: Sequence[str] = ()) -> Any:
    """`value` with its keys in order at every depth; numbers as they are stored, never as binary fractions."""
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in _sorted(value, first, last)}
    if isinstance(value, list | tuple):
        return [in_order(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def config_in_order(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """A step's configuration, in the order in which its kind declares its fields."""
    ordered: dict[str, Any] = in_order(config, fields_of(kind))
    return ordered


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind in their order; none where it is not known."""
    known = all_kinds().get(kind)
    return tuple(known.Config.model_fields) if known else ()


def action_in_order(action: Mapping[str, Any]) -> dict[str, Any]:
    """An action of a rule, with those that stand beside it."""
    kind = str(action.get("type"))
    known = all_kinds().get(kind)
    side = known.side if known else ""
    ordered = in_order(action, (*STEP_FIRST, *fields_of(kind)), (*STEP_LAST, side))
    if side and isinstance(action.get(side), list):
        ordered[side] = [action_in_order(each) for each in action[side]]
    return dict(ordered)


def settings_in_order(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A workflow's settings, in the order in which they are declared."""
    ordered: dict[str, Any] = in_order(settings, tuple(RunSettings.model_fields))
    return ordered


def _sorted(keys: Iterable[str], first: Sequence[str], last: Sequence[str]) -> list[str]:
    def place(key: str) -> tuple[int, int, str]:
        if key in first:
            return 0, first.index(key), key
        return (2, last.index(key), key) if key in last else (1, 0, key)

    return sorted(keys, key=place)
