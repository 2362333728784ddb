"""A definition made harmless: every step has a stand-in that shows what the step would do, and does nothing.

The engine's own walker leads a run through it, so branches, error handling, waits and the time limit are the real ones.
Kinds that touch nothing are asked as ever. Those that write, here or elsewhere, are taken to have gone well and to be
left by the first of their ways out; what they would have answered is not known, unless an answer is pinned to the step.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from opsflows.rules import Clock, RenderError
from opsflows.runs.engine.shown import shown
from opsflows.workflows.compiled import CompiledGraph, CompiledNode, ConfigError
from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE, Graph
from opsflows.workflows.kinds import DatabaseKind, ForkKind, OutsideKind, PureKind, StepConfig, StepContext, StepKind
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.reads import reads_of

_OUTPUT = re.compile(r"steps\.([^.]+)\.output(\.|$)")


@dataclass(slots=True)
class Remark:
    """What the stand-in of a step has to say about it, beside what the walker records."""

    #: Whether the step itself was carried out, because it touches nothing.
    is_real: bool = False
    #: What would be sent, secrets masked; None where the configuration says it all.
    shown: Any = None
    notes: list[str] = field(default_factory=list)
    #: Why the step cannot be judged: it needs what an earlier one would have answered.
    unknown: str | None = None
    #: Whether its answer is the pinned one.
    is_pinned: bool = False
    #: Whether it waits for what nothing bounds: an event, a decision, another run.
    is_open: bool = False


@dataclass(slots=True)
class Rehearsal:
    """The harmless definition, and the remarks made while a run is led through it."""

    graph: CompiledGraph
    remarks: dict[str, Remark]


def rehearse(graph: CompiledGraph, source: Graph) -> Rehearsal:
    """`graph`, which was compiled from `source`, made harmless."""
    remarks: dict[str, Remark] = {}
    labels = {node_id: node.label for node_id, node in graph.nodes.items()}
    nodes = {
        node_id: _Node(
            **{each.name: getattr(node, each.name) for each in fields(CompiledNode)},
            remarks=remarks,
            labels=labels,
            reads=_outputs(reads_of(source.by_id[node_id])),
            pinned=source.by_id[node_id].pinned,
        )
        for node_id, node in graph.nodes.items()
    }
    for node in nodes.values():
        stand_in = _ForkStandIn if isinstance(node.kind, ForkKind) else _StandIn
        node.kind = stand_in(node.kind, node)
    return Rehearsal(replace(graph, nodes=dict(nodes)), remarks)


def _outputs(paths: Iterable[str]) -> dict[str, str]:
    """Of paths into what steps answered: the path, and which step it is."""
    return {path: found[1] for path in paths if (found := _OUTPUT.match(path))}


class _Unknown(StepConfig):
    """Stands for a configuration that cannot be told yet."""


@dataclass(slots=True)
class _Node(CompiledNode):
    """A step whose configuration may depend on what is not known."""

    remarks: dict[str, Remark]
    labels: Mapping[str, str]
    #: Paths that it reads of what other steps answer, and those steps.
    reads: Mapping[str, str]
    #: `output`, and perhaps `handle`: what it is taken to answer.
    pinned: Mapping[str, Any] | None

    @property
    def remark(self) -> Remark:
        return self.remarks.setdefault(self.id, Remark())

    @property
    def unknown(self) -> dict[str, str]:
        """The part of `reads` of steps that were passed without being carried out."""
        passed = {node_id for node_id, remark in self.remarks.items() if not (remark.is_real or remark.is_pinned)}
        return {path: node_id for path, node_id in self.reads.items() if node_id in passed}

    def render(self, scope: Mapping[str, Any], clock: Clock) -> tuple[Any, tuple[str, ...]]:
        unknown = self.unknown
        # Of a list, the same step is met once for each item; after a wait, once more.
        before = self.remark
        self.remarks[self.id] = Remark(is_real=before.is_real, is_pinned=before.is_pinned, is_open=before.is_open)
        self.remark.notes = [
            f"{path} is what “{self.labels[node_id]}” answers when it is really run; here it is empty."
            for path, node_id in unknown.items()
        ]
        try:
            # By name: a class with slots is made twice, and super() would mean the first.
            config, warnings = CompiledNode.render(self, scope, clock)
        except (ConfigError, RenderError) as error:
            if self.pinned is not None:
                self.remark.notes.append(f"Without the pinned answer it would fail: {error}")
                return _Unknown(), ()
            if not unknown:
                raise
            self.remark.unknown = str(error)
            return _Unknown(), ()
        return config, tuple(text for text in warnings if text.partition(" ")[0] not in unknown)


class _StandIn(PureKind):
    """Does of its kind what touches nothing."""

    def __init__(self, played: StepKind, node: _Node) -> None:
        self.played, self.node = played, node
        # What the walker and the node ask a kind about itself.
        for name in ("kind", "label", "icon", "step_type", "Config", "outcomes", "raw_fields"):
            setattr(self, name, getattr(played, name))

    def run(self, step: StepContext) -> Outcome:
        if self.node.pinned is not None:
            return self._pinned(step, self.node.pinned)
        outcome = self._unless_unknown(step, self._play)
        if isinstance(outcome, Wait):
            listens = outcome.listens
            self.node.remark.is_open = outcome.until is None or listens is not None
            if listens is not None:
                self.node.remark.notes.append(
                    f"Nobody knows whether {listens.event} comes; this goes on as if it did. To try it with what the "
                    "event carries, or the other way, pin an answer."
                )
        return outcome

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        played = self.played
        if self.node.remark.is_open:
            self.node.remark.is_real = False
            return self._passed(step)
        assert isinstance(played, PureKind)  # noqa: S101  (only these wait)
        return self._unless_unknown(step, lambda step: played.resume(step, woken_by))

    def _unless_unknown(self, step: StepContext, play: Any) -> Outcome:
        remark = self.node.remark
        if isinstance(step.config, _Unknown):
            return self._passed(step)
        outcome: Outcome
        try:
            outcome = play(step)
        except Exception as error:
            if not self.node.unknown:
                raise
            outcome = Fail(str(error))
        if isinstance(outcome, Fail) and not outcome.final and self.node.unknown:
            remark.unknown = outcome.error
            return self._passed(step)
        return outcome

    def _play(self, step: StepContext) -> Outcome:
        if isinstance(self.played, PureKind):
            self.node.remark.is_real = True
            return self.played.run(step)
        return self._prepare(step) or self._passed(step)

    def _prepare(self, step: StepContext) -> Fail | None:
        """Show what would be sent or written, or say why it would not be."""
        match self.played:
            case OutsideKind() as kind:
                try:
                    self.node.remark.shown = kind.freeze(step).shown
                except Exception as error:
                    return Fail(f"The call could not be prepared: {error}")
            case DatabaseKind() as kind:
                self.node.remark.shown = shown(step.config.model_dump(exclude_unset=True))
                # What would refuse it when publishing, if it stood there as it is rendered now.
                if problems := kind.check(step.config, path="step"):
                    reasons = (f"{each.path.removeprefix('step.')}: {each.message}" for each in problems)
                    return Fail("; ".join(reasons))
        return None

    def _pinned(self, step: StepContext, pinned: Mapping[str, Any]) -> Outcome:
        remark = self.node.remark
        remark.is_pinned = True
        is_known = not isinstance(step.config, _Unknown)
        if is_known and (failed := self._prepare(step)):
            remark.notes.append(f"Without the pinned answer it would fail: {failed.error}")
        output, handle = pinned.get("output"), pinned.get("handle") or self._first_way(step)
        if handle == ERROR_HANDLE:
            return Fail("It is pinned as failed.", output)
        names = self.played.sets(step.config) if is_known else ()
        answered = output if isinstance(output, Mapping) else {}
        return Done(output, handle, {name: answered[name] for name in names if name in answered})

    def _passed(self, step: StepContext) -> Outcome:
        return Done(handle=self._first_way(step))

    def _first_way(self, step: StepContext) -> str:
        is_unknown = isinstance(step.config, _Unknown)
        ways = self.played.outcomes if is_unknown else self.played.ways_out(step.config)
        return next(iter(ways), DEFAULT_HANDLE)


class _ForkStandIn(_StandIn, ForkKind):
    """The same of a kind whose run goes on in branches; these are led, so nothing is different."""

    def bodies(self, config: Any) -> tuple[str, ...]:
        assert isinstance(self.played, ForkKind)  # noqa: S101  (chosen so)
        return self.played.bodies(config)

    def collect(self, compiled: Any, scope: Mapping[str, Any], clock: Clock, last_output: Any) -> Any:
        assert isinstance(self.played, ForkKind)  # noqa: S101  (chosen so)
        return self.played.collect(compiled, scope, clock, last_output)
