"""Step kinds for tests: they do as they are told and remember what they did."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from opsflows.workflows import registry
from opsflows.workflows.kinds import DatabaseKind, Frozen, OutsideKind, PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Outcome


class NoteConfig(StepConfig):
    note: str = ""


class OutsideProbe(OutsideKind):
    """Calls out: `outcomes` are handed out one by one, then `Done`. What a receiver would see is in `seen`."""

    kind = "probe_outside"
    label = "Outside probe"
    Config = NoteConfig
    repeat_safe: ClassVar[bool] = True
    script: ClassVar[list[Any]] = []
    seen: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def freeze(self, step: StepContext) -> Frozen:
        request = {"note": step.config.note, "at": step.clock.now.isoformat()}
        return Frozen(request=request, shown=request, timeout=1, repeat_safe=self.repeat_safe)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        type(self).seen.append((key, frozen.request))
        if self.script:
            outcome = type(self).script.pop(0)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome
        return Done(output={"note": frozen.request["note"]})


class UnsafeProbe(OutsideProbe):
    """The same where the other side cannot tell repeats apart."""

    kind = "probe_unsafe"
    label = "Unsafe probe"
    repeat_safe = False
    script: ClassVar[list[Any]] = []
    seen: ClassVar[list[tuple[str, dict[str, Any]]]] = []


class DatabaseProbe(DatabaseKind):
    """Writes to the database what it is scripted to, or raises."""

    kind = "probe_database"
    label = "Database probe"
    Config = NoteConfig
    script: ClassVar[list[Any]] = []
    applied: ClassVar[Counter[str]] = Counter()

    def apply(self, step: StepContext) -> Outcome:
        type(self).applied[step.config.note] += 1
        if self.script and isinstance(error := type(self).script.pop(0), Exception):
            raise error
        return Done(output={"note": step.config.note})


class BrokenProbe(PureKind):
    """Raises."""

    kind = "probe_broken"
    label = "Broken probe"
    Config = NoteConfig

    def run(self, step: StepContext) -> Outcome:
        raise ZeroDivisionError("by design")


PROBES = (OutsideProbe, UnsafeProbe, DatabaseProbe, BrokenProbe)


@contextmanager
def registered() -> Iterator[None]:
    """The probes among the known kinds, and only for as long as needed."""
    known = registry.all_kinds()
    for probe in PROBES:
        registry.register(probe)
        for name in ("script", "seen", "applied"):
            if hasattr(probe, name):
                getattr(probe, name).clear()
    try:
        yield
    finally:
        for probe in PROBES:
            known.pop(probe.kind)
