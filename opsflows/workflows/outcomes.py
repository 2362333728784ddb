"""How a step can end. The set is closed: the engine has one clause for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

#: Who sees a variable (Schema): the whole run; the branch or item that set it and what is inside of it; nobody but
#: who reads the step's own output.
Scope = Literal["global", "local", "step"]


@dataclass(frozen=True, slots=True)
class Done:
    """The step did its work; the run goes on along `handle`. `variables` are set for later steps, as `scope` says."""

    output: Any = None
    handle: str = "done"
    variables: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope = "global"


@dataclass(frozen=True, slots=True)
class Listening:
    """An event that ends a wait: its name, perhaps a field (dotted path) with its value, and what else must hold."""

    event: str
    field: str = ""
    value: Any = None
    conditions: Any = None


@dataclass(frozen=True, slots=True)
class Wait:
    """The run rests until `until`; then the kind's `resume()` says how it goes on. No worker is held meanwhile.

    Without `until` only the run's own time limit ends the wait, unless something wakes it: the event of `listens`, or
    whoever was given the step (a sub-workflow, an approval).
    """

    until: datetime | None = None
    output: Any = None
    listens: Listening | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """How branches are run and come together again.

    `need` is how many must succeed (None: all must be over), `tolerate` the ways out whose failure does no harm,
    `stop_on_error` gives up the rest at the first failure. At most `concurrency` are under way at once, and at most
    `rate` begin in `window`.
    """

    need: int | None = None
    tolerate: frozenset[str] = frozenset()
    stop_on_error: bool = False
    concurrency: int = 1
    rate: int | None = None
    window: timedelta = timedelta(0)
    #: Under which name the branches of a list read their item.
    item_name: str = "item"


@dataclass(frozen=True, slots=True)
class Fork:
    """The run goes on in branches, each along a way out and with the item it is about; `resume()` when they joined."""

    branches: Sequence[tuple[str, Any]]
    join: Join
    output: Any = None


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not work and may work later; `after` when the other side named a time, else the backoff decides."""

    error: str
    after: timedelta | None = None
    output: Any = None


@dataclass(frozen=True, slots=True)
class Fail:
    """It did not work and will not. `final` ends the run whatever its error handling says."""

    error: str
    output: Any = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """There was nothing to do; the run goes on along `done`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something may have happened outside and nobody can tell; a person decides."""

    error: str
    output: Any = None


Outcome = Done | Wait | Fork | Retry | Fail | Skip | Unclear
