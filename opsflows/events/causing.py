"""Which step of which run is being done, for events that arise below it and are not handed a cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opsflows.events.emit import Cause

_present: ContextVar[Cause | None] = ContextVar("opsflows_cause", default=None)


def present_cause() -> Cause | None:
    """The step behind the present call, if any."""
    return _present.get()


@contextmanager
def causing(cause: Cause) -> Iterator[None]:
    """Whatever happens inside, happens because of this step."""
    token = _present.set(cause)
    try:
        yield
    finally:
        _present.reset(token)
