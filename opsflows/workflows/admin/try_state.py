"""Where a trial stands. It is carried in the page's own form: there is nothing to store, and nothing in it to trust."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict

from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.leaves import edited, leaves
from opsflows.admin_site.pairs import Pair, PairsField
from opsflows.queue.ids import new_id
from opsflows.workflows.admin.try_given import Given, given
from opsflows.workflows.models import Workflow

_FAR = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Trial:
    """`data` is what the run would start with, `rows` how it stands in the form. `seed` decides what is drawn by lot,
    `at` is the moment of the run: both stay, so that going on one step changes nothing before it."""

    given: Given
    data: Mapping[str, Any]
    rows: Sequence[Pair]
    seed: uuid.UUID
    at: datetime
    #: Steps that are shown.
    shown: int
    #: What was pressed: `next`, `end`, `start`, or nothing.
    pressed: str
    #: The step to run to, the one whose pin is edited, saved, taken away.
    to: str
    pin: str
    save_pin: str
    unpin: str


def trial(request: HttpRequest, workflow: Workflow, *, now: datetime) -> Trial:
    """The trial that the request asks for; whatever it says, there is one."""
    said: QueryDict = request.POST if request.method == "POST" else request.GET
    found = given(workflow, said.get("event", ""))
    rows = leaves(found.data)
    data: Mapping[str, Any] = found.data
    # Rows of another event are of no use once this one is chosen.
    if said.get("rows-of") == found.source:
        rows = _pairs(said)
        data = edited(found.data, rows)
    return Trial(
        given=found,
        data=data,
        rows=rows,
        seed=as_uuid(said.get("seed", "")) or new_id(),
        at=_moment(said.get("at", ""), now),
        shown=_count(said.get("shown", "")),
        pressed=said.get("do", ""),
        to=said.get("to", ""),
        pin=said.get("pin", "") or (said.get("take-pin", "") if "keep-pin" in said else ""),
        save_pin=said.get("save-pin", ""),
        unpin=said.get("unpin", ""),
    )


def pairs_of(said: QueryDict, name: str) -> list[Pair]:
    """The rows of a form; of a name that stands there twice, the last."""
    widget: Any = PairsField.widget()
    return list(
        {key.strip(): (key.strip(), text) for key, text in widget.value_from_datadict(said, None, name)}.values()
    )


def _pairs(said: QueryDict) -> list[Pair]:
    return [pair for pair in pairs_of(said, "data") if pair[0]]


def _moment(text: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found if abs(found - now) < _FAR else now
    except OverflowError:
        return now


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
