"""How a step can end. The set is closed: the engine has one clause for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """The step did its work; the run goes on along `handle`. `variables` are set for all later steps."""

    output: Any = None
    handle: str = "done"
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """The run rests until `until`; then the kind's `resume()` says how it goes on. No worker is held meanwhile."""

    until: datetime
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


Outcome = Done | Wait | Retry | Fail | Skip | Unclear
