"""How many of the newest events, or records, are in a segment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventPayload
from opsflows.lookups.models import Segment
from opsflows.messages.admin.preview import samples
from opsflows.records.admin.record_types import types_of
from opsflows.records.models import Record
from opsflows.rules import RuleError, compile_condition
from opsflows.rules.conditions.named import SEGMENT
from opsflows.workflows.named_conditions import expand
from opsflows.workflows.references import Reference, UnknownReference, resolve

#: Rows that are looked at.
MOST = 100
_EVENT, _RECORD = "event:", "record:"


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found in words, or why nothing could be."""

    sentence: str = ""
    problem: str = ""


def offered(account: PlatformAccount) -> list[tuple[str, str]]:
    """What a segment can be tried with: events by name, records by type."""
    events = [(f"{_EVENT}{name}", f"events {name}") for name, _ in samples(account.pk) if name]
    records = [(f"{_RECORD}{name}", f"records of type {name.replace('_', ' ')}") for name in types_of(account.pk)]
    return [("", "choose …"), *records, *events]


def counted(segment: Segment, account: PlatformAccount, sample: str) -> Counted | None:
    """How many of the newest `sample` are in the segment; None where nothing is chosen."""
    chosen = dict(offered(account)).get(sample) if sample else None
    if chosen is None:
        return None
    try:
        references = resolve([Reference(SEGMENT, segment.name, "")], account_id=account.pk)
        leaf = {"operator": "in_segment", "value": segment.name}
        condition = compile_condition(expand(leaf, references, path="conditions"))
    except (RuleError, UnknownReference) as error:
        return Counted(problem=str(error))
    clock = account_clock(account, now=timezone.now())
    verdicts = [condition.matches(scope, clock) for scope in _scopes(account, sample)]
    if not verdicts:
        return Counted(problem=f"There are no {chosen} yet.")
    return Counted(sentence=f"Of the newest {chosen}, {sum(verdicts)} of {len(verdicts)} are in it.")


def _scopes(account: PlatformAccount, sample: str) -> Iterator[dict[str, Any]]:
    if sample.startswith(_RECORD):
        rows: Any = Record.objects.filter(account=account, type=sample.removeprefix(_RECORD))
        found = rows.order_by("-pk").values_list("data", flat=True)[:MOST]
    else:
        newest = Event.objects.filter(account=account, name=sample.removeprefix(_EVENT)).order_by("-pk")
        ids = list(newest.values_list("pk", flat=True)[:MOST])
        found = EventPayload.objects.filter(event__in=ids).values_list("data", flat=True)
    yield from (data for data in found if isinstance(data, dict))
