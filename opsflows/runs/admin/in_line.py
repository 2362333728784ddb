"""A run that has not begun: behind how many it waits, or when it starts and why not earlier."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import link, list_of, when
from opsflows.runs.admission.standing import LOOKED_AT, ahead_of, is_to_begin_later, waiting_of
from opsflows.runs.models import Execution, QueueItem

#: Counting on a workflow's page ends here.
_COUNTED = 999


def in_line(run: Execution, item: QueueItem | None) -> SafeString | None:
    """For the run's page, in a sentence; None where it has begun."""
    if item is None:
        return None
    settings = run.version.settings
    if item.status == QueueItem.Status.BLOCKED:
        behind = place_in_line(item, ahead_of([item]))
        return format_html("Waiting for its turn ({}). {}", behind, _at_once(settings.get("concurrency")))
    if is_to_begin_later(item):
        return format_html("Starts {}{}.", when(item.scheduled_at), _an_hour(settings))
    return None


def place_in_line(item: QueueItem, ahead: Mapping[uuid.UUID, int]) -> str:
    """`next`, or `behind 3 others`."""
    number = ahead.get(item.pk)
    if number is None:
        return f"behind {LOOKED_AT:,} others or more"
    return "next" if not number else f"behind {number:,} other{'' if number == 1 else 's'}"


def in_line_of(workflow_id: uuid.UUID) -> list[SafeString]:
    """For the workflow's page: who waits to begin, and what was left out; empty where nobody and nothing."""
    found = waiting_of(workflow_id, most=_COUNTED)
    said = []
    if found.blocked:
        waits = _link(workflow_id, found.blocked, "run waits for its turn", "runs wait for their turn")
        said.append(format_html("{}.", waits))
    if found.later:
        waits = _link(workflow_id, found.later, "run waits for room in the hour", "runs wait for room in the hour")
        said.append(format_html("{}; the next starts {}.", waits, when(found.next_at)))
    if found.dropped:
        were = "1 run was" if found.dropped == 1 else f"{found.dropped:,} runs were"
        said.append(format_html("{} left out so far, the last {}.", were, when(found.dropped_at)))
    return said


def _link(workflow_id: uuid.UUID, count: int, one: str, several: str) -> SafeString:
    many = f"{_COUNTED}+ {several}" if count > _COUNTED else f"{count} {one if count == 1 else several}"
    return link(list_of(Execution, f"?workflow={workflow_id}&status=to_begin"), many)


def _at_once(concurrency: Any) -> str:
    if not isinstance(concurrency, Mapping):
        return ""
    limit, key = concurrency.get("limit", 1), concurrency.get("key")
    alike = f" with the same {key}" if key else ""
    goes = "1 run of this workflow goes" if limit == 1 else f"{limit:,} runs of this workflow go"
    return f"At most {goes} on at once{alike}."


def _an_hour(settings: Mapping[str, Any]) -> str:
    limit = settings.get("maxExecutionsPerHour")
    if not isinstance(limit, int):
        return ""
    starts = "1 run of this workflow starts" if limit == 1 else f"{limit:,} runs of this workflow start"
    return f": at most {starts} in an hour"
