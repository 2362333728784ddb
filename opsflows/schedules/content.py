"""What a fire carries: the schedule's data, its texts rendered at the time of the fire."""

import uuid
from collections.abc import Mapping
from typing import Any

from opsflows.jsontext import dump_json
from opsflows.rules import Clock, Problem, RenderError, RuleError, compile_value

#: Characters of a schedule's data as JSON.
MOST_DATA = 20_000


def content(data: Mapping[str, Any], *, schedule_id: uuid.UUID, name: str, clock: Clock) -> dict[str, Any]:
    """`data` with its templates rendered: dates such as `{{today}}`, and the fire as `{{schedule.fire_time}}`.

    The clock stands at the time of the fire, also where it is made up later, in the schedule's zone.

    Raises:
        RuleError, RenderError: a template is broken or hits a limit.
    """
    return _rendered(data, schedule_id, name, clock)[0]


def content_problems(data: Any, *, name: str, clock: Clock) -> list[Problem]:
    """What is wrong with `data`, found by rendering it once."""
    if not isinstance(data, dict):
        return [Problem("data", "Give names with their values.")]
    if any(not key.strip() for key in data):
        return [Problem("data", "Every value needs a name.")]
    if len(dump_json(data)) > MOST_DATA:
        return [Problem("data", f"This is more than {MOST_DATA:,} characters.")]
    try:
        _, warnings = _rendered(data, uuid.UUID(int=0), name, clock)
    except RuleError as error:
        return [Problem(f"data.{problem.path}", problem.message) for problem in error.problems]
    except RenderError as error:
        return [Problem("data", str(error))]
    hint = "Known are dates such as today, yesterday and end_of_month, and schedule.name and schedule.fire_time."
    return [Problem("data", f"{warning.split(' ')[0]} is not known to a schedule. {hint}") for warning in warnings]


def _rendered(
    data: Mapping[str, Any], schedule_id: uuid.UUID, name: str, clock: Clock
) -> tuple[dict[str, Any], tuple[str, ...]]:
    fire_time = clock.local.isoformat(timespec="seconds")
    known = {"id": str(schedule_id), "name": name, "fire_time": fire_time, "zone": clock.zone.key}
    rendered = compile_value(dict(data)).render({"schedule": known}, clock)
    return rendered.value, rendered.warnings
