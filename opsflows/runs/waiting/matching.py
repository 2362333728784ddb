"""Which waits an event fits: by a hash where a field must have a value, then by asking."""

import datetime
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.models import PlatformAccount
from opsflows.events.consumers import RoutedEvent
from opsflows.jsontext import content_hash, read_stored
from opsflows.rules import Clock, Condition, RuleError, compile_condition, equals, lookup
from opsflows.rules.compare import as_boolean, as_number
from opsflows.runs.engine.load import facts
from opsflows.runs.models import EventWait

logger = logging.getLogger(__name__)

#: Characters of a text that a field can be listened for with.
MAX_VALUE = 1000

_COLUMNS = (
    "id",
    "account_id",
    "execution_id",
    "purpose",
    "place",
    "item_id",
    "event_name",
    "match_field",
    "match_key",
    "match_value",
    "reason",
    "since",
    "looked_to",
    "execution__event_id",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open wait, as far as it takes to find its event."""

    id: uuid.UUID
    account_id: uuid.UUID
    execution_id: uuid.UUID
    purpose: str
    place: str
    item_id: uuid.UUID
    event_name: str
    match_field: str
    match_key: str
    match_value: Any
    reason: str
    since: datetime.datetime
    looked_to: uuid.UUID | None
    #: The event that started the run, which is none to wait for.
    own_event_id: uuid.UUID | None
    conditions: str | None


def read_waits(rows: QuerySet[EventWait]) -> list[Waiting]:
    """The waits of a query."""
    return [Waiting(*row) for row in rows.values_list(*_COLUMNS, Cast("conditions", output_field=TextField()))]


def match_key(value: Any) -> str | None:
    """The hash that `value` shares with every value equal to it (`rules.equals`); None where it is no plain value."""
    if isinstance(value, datetime.date):
        value = value.isoformat()
    elif isinstance(value, uuid.UUID):
        value = str(value)
    if (boolean := as_boolean(value)) is not None:
        return content_hash(["boolean", boolean])
    if (number := as_number(value)) is not None:
        return content_hash(["number", *_digits(Decimal(number))])
    return content_hash(["text", value]) if isinstance(value, str) else None


def value_problem(value: Any) -> str | None:
    """Why a field cannot be listened for with `value`."""
    if value is None or value == "":
        return "is empty; the variable that names it has no value here."
    if match_key(value) is None:
        return "must be a text, a number, or true or false."
    if isinstance(value, str) and len(value) > MAX_VALUE:
        return f"has {len(value)} characters; at most {MAX_VALUE} are possible."
    return None


def event_scope(event: RoutedEvent) -> dict[str, Any]:
    """What the conditions of a wait read: the same names as the condition behind a trigger."""
    data = event.data if isinstance(event.data, dict) else {"data": event.data}
    return {**facts(event.id, event.name, event.occurred_at, event.source_label, None), **data}


def event_key(event: RoutedEvent, field: str) -> str | None:
    """The hash of what the event has at `field` (none named: empty); None where it has nothing to go by."""
    return match_key(lookup(event_scope(event), field)) if field else ""


class Clocks:
    """The clocks of accounts, read when the first condition asks for one."""

    def __init__(self, now: datetime.datetime) -> None:
        self._now = now
        self._known: dict[uuid.UUID, Clock] = {}

    def of(self, account_id: uuid.UUID) -> Clock:
        """The account's clock."""
        if account_id not in self._known:
            account = PlatformAccount.objects.get(pk=account_id)
            self._known[account_id] = account_clock(account, now=self._now)
        return self._known[account_id]


def fits(wait: Waiting, event: RoutedEvent, clock: Callable[[uuid.UUID], Clock]) -> bool:
    """Whether `event`, which has the wait's account and name, is what it waits for."""
    if event.received_at < wait.since or _is_before_own(wait, event):
        return False
    scope = event_scope(event)
    # Beside the hash: "007" and "7" share one, and are two texts.
    if wait.match_field and not equals(lookup(scope, wait.match_field), wait.match_value):
        return False
    if wait.conditions is None:
        return True
    condition = _condition(wait.conditions)
    return condition is not None and condition.matches(scope, clock(wait.account_id))


def _is_before_own(wait: Waiting, event: RoutedEvent) -> bool:
    """Whether it is the event that started the run, or one that came with it and stood before it."""
    own = wait.own_event_id
    return own is not None and event.received_at == wait.since and event.id <= own


@lru_cache(maxsize=1024)
def _condition(text: str) -> Condition | None:
    """The condition that is stored as `text`; the runs of one version share it."""
    try:
        return compile_condition(read_stored(text))
    except RuleError as error:
        # It is the wait that is at fault, not the event. Nothing fits it; its time limit ends it.
        logger.error("The conditions of a wait can no longer be read: %s", error)
        return None


def _digits(number: Decimal) -> tuple[int, str, int]:
    """Sign, digits and exponent, the same for 100, 100.00 and 1e2."""
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return 0, "", 0
    stripped = text.rstrip("0")
    return sign, stripped, int(exponent) + len(text) - len(stripped)
