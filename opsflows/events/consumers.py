"""Consumers: whoever cares for events. An app's `consumers.py` registers them; routing hands every event to each."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.utils.module_loading import autodiscover_modules

from opsflows.jsontext import read_stored


@dataclass(frozen=True)
class RoutedEvent:
    """An event on its way to the consumers. `data` is parsed when the first of them asks, and then once."""

    id: uuid.UUID
    account_id: uuid.UUID
    door: str
    name: str
    source_label: str
    occurred_at: datetime
    received_at: datetime
    depth: int
    payload: str | None

    @cached_property
    def data(self) -> Any:
        """What the event carries; fractions are `Decimal`."""
        return None if self.payload is None else read_stored(self.payload)


class Overtaken(Exception):  # noqa: N818  (it is what happened)
    """For a consumer that goes by the order of events: another worker has some that come earlier.

    The batch is given back, and taken anew with as many events as came `before` those.
    """

    def __init__(self, *, before: int) -> None:
        super().__init__("Another worker has earlier events in hand.")
        self.before = before


#: Takes a batch inside the routing transaction: it writes all of what the events cause, or raises and writes nothing.
Consumer = Callable[[Sequence[RoutedEvent], datetime], None]

_consumers: dict[str, Consumer] = {}


def consumer(name: str) -> Callable[[Consumer], Consumer]:
    """Decorator: register under `name`, which is what a set-aside event is filed under."""

    def register(function: Consumer) -> Consumer:
        if name in _consumers:
            raise ValueError(f"Two consumers are called {name!r}")
        _consumers[name] = function
        return function

    return register


def all_consumers() -> dict[str, Consumer]:
    """Every consumer by name."""
    _discover()
    return _consumers


@cache
def _discover() -> None:
    autodiscover_modules("consumers")
