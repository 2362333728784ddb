"""The variables of a run as they stood after each step that set some: from what the steps recorded, in their order."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from opsflows.runs.engine.scopes import place_of, places_around
from opsflows.runs.models import Step
from opsflows.runs.trace.places import Plan
from opsflows.runs.trace.steps import Value

_NEVER = datetime.max.replace(tzinfo=UTC)


def values_after(rows: Iterable[Step], plan: Plan) -> dict[uuid.UUID, tuple[Value, ...]]:
    """By step row. `rows` are the steps whose variables may be seen here, of all attempts."""
    kept: dict[tuple[str, str], tuple[str, Any]] = {}
    found: dict[uuid.UUID, tuple[Value, ...]] = {}
    setting = [(row, scope, values) for row in rows for scope, values in _sets(row)]
    for row, scope, values in sorted(setting, key=lambda each: (each[0].completed_at or _NEVER, each[0].id)):
        home = plan.homes.get(row.step_id, ())
        own = f"step {row.step_id} {row.iteration}".rstrip()
        place = {"step": own, "local": place_of(home, row.iteration, plan.iterating)}.get(scope, "")
        kept.update({(place, name): (scope, value) for name, value in values.items()})
        seen = [*places_around(home, row.iteration, plan.iterating), own]
        found[row.id] = _seen(kept, seen, {(place, name) for name in values})
    return found


def _sets(row: Step) -> list[tuple[str, Mapping[str, Any]]]:
    config = row.step_config if isinstance(row.step_config, Mapping) else {}
    sets = config.get("sets")
    if not isinstance(sets, Mapping) or not isinstance(sets.get("values"), Mapping):
        return []
    return [(str(sets.get("scope")), sets["values"])]


def _seen(
    kept: Mapping[tuple[str, str], tuple[str, Any]], places: list[str], new: set[tuple[str, str]]
) -> tuple[Value, ...]:
    """Those set just now first; of one name, the nearest."""
    nearest: dict[str, tuple[str, str]] = {}
    for place in places:
        nearest.update({name: (where, name) for where, name in kept if where == place})
    values = [Value(name, kept[key][1], kept[key][0], key in new) for name, key in nearest.items()]
    return tuple(sorted(values, key=lambda value: (not value.is_new, value.name)))
