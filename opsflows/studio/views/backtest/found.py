"""The events that a backtest found, a page of one kind at a time."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from opsflows.admin_site.markup import page_for
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.outbound.redact import MASK, is_secret_name
from opsflows.rules import lookup
from opsflows.rules.conditions.tree import Leaf, Node
from opsflows.rules.lookup import MISSING
from opsflows.rules.text import excerpt
from opsflows.studio.backtest.side import Side, draft_side, version_side
from opsflows.studio.backtest.tally import failing_in
from opsflows.studio.models import Backtest, BacktestEvent
from opsflows.studio.models.backtest import MOST_KEPT
from opsflows.studio.views.frame import address
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow

ROWS = 20
#: Fields whose values tell one event from another, the first that the conditions look at.
_FIELDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One event: what the conditions look at in it, why it was caught or not, and its own page."""

    row: BacktestEvent
    gist: str
    why_url: str
    event_url: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists."""

    label: str
    count: int
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The lists, and a page of the one that is open. `note` says where not all of them are kept."""

    tabs: Sequence[Tab]
    rows: Sequence[Row]
    older_url: str
    newest_url: str
    note: str


def found_in(backtest: Backtest, workflow: Workflow, asked: Mapping[str, Any]) -> Found:
    """The list that is asked for (`kind`), behind the event that is named (`after`). Three queries at most."""
    counts = {
        BacktestEvent.Kind.NEW: backtest.fired_draft - backtest.fired_both,
        BacktestEvent.Kind.LOST: backtest.fired_published - backtest.fired_both,
        BacktestEvent.Kind.BOTH: backtest.fired_both,
    }
    if _is_alone(backtest):
        counts = {BacktestEvent.Kind.NEW: backtest.fired_draft}
    first = next((kind for kind, count in counts.items() if count), BacktestEvent.Kind.NEW)
    kind = next((each for each in counts if each.value == asked.get("kind")), first)
    url = address("backtest-run", workflow, backtest_id=backtest.pk)
    rows = BacktestEvent.objects.filter(backtest=backtest, kind=kind).order_by("-event_id")
    after = _id(asked.get("after"))
    if after is not None:
        rows = rows.filter(event_id__lt=after)
    page = list(rows[: ROWS + 1])
    more, page = len(page) > ROWS, page[:ROWS]
    is_cut = counts[kind] > MOST_KEPT
    return Found(
        tabs=[
            Tab(_label(each, backtest), count, f"{url}?{urlencode({'kind': each.value})}#found", each == kind)
            for each, count in counts.items()
        ],
        rows=_rows(backtest, workflow, page),
        older_url=f"{url}?{urlencode({'kind': kind.value, 'after': str(page[-1].event_id)})}#found" if more else "",
        newest_url=f"{url}?{urlencode({'kind': kind.value})}#found" if after is not None else "",
        note=f"The newest {MOST_KEPT:,} of these are listed; all are counted." if is_cut else "",
    )


def _label(kind: BacktestEvent.Kind, backtest: Backtest) -> str:
    return "Caught by the draft" if _is_alone(backtest) else kind.label


def _is_alone(backtest: Backtest) -> bool:
    """Whether there is nothing to compare the draft with: nothing was published, or it cannot be read."""
    return backtest.version_id is None or bool(failing_in(backtest))


def _rows(backtest: Backtest, workflow: Workflow, page: Sequence[BacktestEvent]) -> list[Row]:
    fields = _fields(backtest) if page else []
    loaded = {event.id: event for event in load_events([row.event_id for row in page])} if page else {}
    found = []
    for row in page:
        event = loaded.get(row.event_id)
        found.append(
            Row(
                row=row,
                gist=_gist(event.data, fields) if event is not None and event.payload is not None else "",
                why_url=address("backtest-event", workflow, backtest_id=backtest.pk, event_id=row.event_id),
                event_url=page_for(Event, row.event_id) if event is not None else "",
            )
        )
    return found


def _fields(backtest: Backtest) -> list[str]:
    """What the conditions look at, the draft's first."""
    sides: list[Side | None] = [version_side(backtest.version)]
    with suppress(InvalidDefinition):
        sides.insert(0, draft_side(backtest))
    fields = [field for side in sides if side is not None for field in _looked_at(side.tree)]
    return list(dict.fromkeys(fields))[:_FIELDS]


def _looked_at(node: Node | None) -> list[str]:
    if node is None:
        return []
    return [node.field] if isinstance(node, Leaf) else [field for each in node.children for field in _looked_at(each)]


def _gist(data: Any, fields: Sequence[str]) -> str:
    scope = data if isinstance(data, dict) else {"data": data}
    said = []
    for field in fields:
        value = lookup(scope, field)
        is_secret = any(is_secret_name(part) for part in field.split("."))
        said.append(f"{field}: {'nothing' if value is MISSING else MASK if is_secret else excerpt(value, 40)}")
    return ", ".join(said)


def _id(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text)) if text else None
    except ValueError:
        return None
