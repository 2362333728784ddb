"""The base of step kinds. A new kind is one small class; the engine knows only the three sorts below.

A kind declares `kind`, `label`, `icon`, its `Config` and its `outcomes`, and codes one method:

* `PureKind.run` touches nothing: same input, same outcome;
* `DatabaseKind.apply` writes to our own database, inside the transaction that records the step;
* `OutsideKind.freeze` says what will be sent, and `OutsideKind.call` sends it, with no ORM and no open transaction.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from opsflows.accounts.roles import Permission
from opsflows.rules import Clock, Problem
from opsflows.workflows.outcomes import Outcome
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.references import Reference


class StepConfig(BaseModel):
    """Configuration of a step: one declaration gives validation, the form, the API's schema and the builder's panel."""

    # A number is a good text, also in a list of texts.
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, coerce_numbers_to_str=True)


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step may know: its rendered configuration and where it stands."""

    config: Any
    compiled: Any
    scope: Mapping[str, Any]
    #: What started the run carries, as it came.
    event_data: Any
    clock: Clock
    #: Made of run, step, iteration and generation: the same on every attempt.
    key: str
    account_id: uuid.UUID
    workflow_id: uuid.UUID
    execution_id: uuid.UUID
    node_id: str
    attempt: int
    depth: int
    #: What the version refers to, as it stood when it was published: `references["template"]["welcome"]`.
    references: FrozenReferences = field(default_factory=dict)
    #: The queue row that rests while this step waits: what somebody has to wake who was given the step. None: a test.
    item_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A step that waited and will not go on: its run, and the queue row that rested there.

    That row may rest at another step by now: `key` and `attempt`, as the step's context had them, say which one it was.
    """

    account_id: uuid.UUID
    execution_id: uuid.UUID
    item_id: uuid.UUID
    node_id: str
    key: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """An outside call, decided: `request` is JSON and is what `call()` gets, now or after a crash.

    Where it holds a `timeout`, that is the one of the call.

    `repeat_safe` says that sending it a second time under the same key does no harm; where it is not, a crash in the
    middle leaves the step to a person. `timeout` is the longest the call takes, in seconds. `shown` is `request` with
    its secrets masked, for the trace.
    """

    request: dict[str, Any]
    shown: dict[str, Any]
    timeout: float
    repeat_safe: bool

    def within(self, seconds: float) -> "Frozen":
        """The same call, given up after `seconds` if that is sooner."""
        if seconds >= self.timeout:
            return self
        request = {**self.request, "timeout": seconds} if "timeout" in self.request else self.request
        return replace(self, timeout=seconds, request=request)


class StepKind:
    """What all kinds share."""

    kind: ClassVar[str]
    label: ClassVar[str]
    #: What it does for whoever writes a rule, in a line.
    about: ClassVar[str] = ""
    icon: ClassVar[str] = "bolt"
    #: Schema's step type, which the visual builder draws by.
    step_type: ClassVar[str] = "action"
    version: ClassVar[int] = 1
    Config: ClassVar[type[StepConfig]] = StepConfig
    outcomes: ClassVar[tuple[str, ...]] = ("done",)
    #: Configuration that is not a template (conditions, for example, carry their own paths).
    raw_fields: ClassVar[frozenset[str]] = frozenset()
    #: Who may write what `permission_fields` name; others may change the rest of such a step, and move or remove it.
    permission: ClassVar[Permission | None] = None
    permission_fields: ClassVar[frozenset[str]] = frozenset()
    #: Whether an event may end its wait (`Wait.listens`).
    listens: ClassVar[bool] = False
    #: Whether something is to be cleared away where its wait is not awaited to the end (`give_up`).
    gives_up: ClassVar[bool] = False
    #: What a rule calls the list of actions that follow by `side_handles` (`onRejected`), while those behind the step
    #: follow by its first way out. Empty: a rule has no such list, and other ways out are for graphs alone.
    side: ClassVar[str] = ""
    side_handles: ClassVar[tuple[str, ...]] = ()

    def compile(self, config: Any, *, path: str) -> Any:
        """Whatever of `config` can be prepared once per version; it comes back as `StepContext.compiled`."""
        return None

    def check(self, config: Any, *, path: str) -> list[Problem]:
        """What `Config` alone cannot see, before publishing. Texts may still hold `{{…}}`."""
        return []

    def ways_out(self, config: Any) -> tuple[str, ...]:
        """The ways out of one step: `outcomes`, unless the configuration names more."""
        return self.outcomes

    def sets(self, config: Any) -> Iterable[str]:
        """The names of the variables that the step sets for those that follow."""
        return ()

    def references(self, config: Any) -> Iterable[Reference]:
        """What the step names and publishing looks up and freezes; it comes back as `StepContext.references`."""
        return ()

    def people(self, config: Any, references: FrozenReferences) -> Iterable[str]:
        """The names of those whom the step writes to, asks, or gives work to: whoever approves the rule approves them.

        `references` is what the step names, looked up.
        """
        return ()

    def give_up(self, steps: Sequence[GivenUp], *, now: datetime) -> None:
        """Clear away what `steps` of this kind waited for: they were cancelled, took too long, or their branch ended.

        Inside the transaction in which that happens, and only for kinds with `gives_up`.
        """


class PureKind(StepKind):
    """A kind that touches nothing."""

    def run(self, step: StepContext) -> Outcome:
        """The outcome; may be asked more than once for the same step and answers the same."""
        raise NotImplementedError

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        """How the run goes on after a `Wait` fell due (`woken_by` is None) or was answered."""
        raise NotImplementedError


class ForkKind(PureKind):
    """A kind whose `run()` gives a `Fork`: the run goes on in branches, and in `resume()` with what became of them.

    `resume()` gets as `woken_by` an object with `total`, `done`, `failed`, `dropped`, and `branches`: of each its
    `position`, `handle`, `status`, `output` and `error`.
    """

    #: Whether each branch is one item of a list: its steps are recorded once for each, and read their own item.
    iterates: ClassVar[bool] = False

    def bodies(self, config: Any) -> tuple[str, ...]:
        """The ways out that lead into branches; a branch ends where no step follows."""
        raise NotImplementedError

    def collect(self, compiled: Any, scope: Mapping[str, Any], clock: Clock, last_output: Any) -> Any:
        """What a branch that ended well hands over; by default what its last step answered."""
        return last_output


class DatabaseKind(StepKind):
    """A kind whose effect lies in our own database and commits together with its step."""

    def apply(self, step: StepContext) -> Outcome:
        """Write, inside the caller's transaction. May be rolled back and asked again."""
        raise NotImplementedError

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        """As `PureKind.resume`, where `apply()` gave a `Wait`; it may write as well."""
        raise NotImplementedError


class OutsideKind(StepKind):
    """A kind that calls someone else."""

    def freeze(self, step: StepContext) -> Frozen:
        """What will be sent; the same on every attempt."""
        raise NotImplementedError

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        """Send it. Runs in a thread of its own; no ORM. Exceptions count as a failure that may have happened."""
        raise NotImplementedError
