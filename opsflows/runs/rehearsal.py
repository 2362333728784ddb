"""A definition made harmless: every step has a stand-in that shows what the step would do, and does nothing.

The engine's own walker leads a run through it, so branches, error handling, waits and the time limit are the real ones.
Kinds that touch nothing are asked as ever. Those that write, here or elsewhere, are taken to have gone well and to be
left by the first of their outcomes; what they would have answered is not known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from opsflows.outbound import redact_value
from opsflows.rules import Clock, RenderError
from opsflows.workflows.compiled import CompiledGraph, CompiledNode, ConfigError
from opsflows.workflows.graph import DEFAULT_HANDLE, Graph
from opsflows.workflows.kinds import DatabaseKind, OutsideKind, PureKind, StepConfig, StepContext, StepKind
from opsflows.workflows.outcomes import Done, Fail, Outcome
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
        )
        for node_id, node in graph.nodes.items()
    }
    for node in nodes.values():
        node.kind = _StandIn(node.kind, node)
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

    @property
    def remark(self) -> Remark:
        return self.remarks.setdefault(self.id, Remark())

    @property
    def unknown(self) -> dict[str, str]:
        """The part of `reads` of steps that were passed without being carried out."""
        passed = {node_id for node_id, remark in self.remarks.items() if not remark.is_real}
        return {path: node_id for path, node_id in self.reads.items() if node_id in passed}

    def render(self, scope: Mapping[str, Any], clock: Clock) -> tuple[Any, tuple[str, ...]]:
        unknown = self.unknown
        self.remark.notes = [
            f"{path} is what “{self.labels[node_id]}” answers when it is really run; here it is empty."
            for path, node_id in unknown.items()
        ]
        try:
            # By name: a class with slots is made twice, and super() would mean the first.
            config, warnings = CompiledNode.render(self, scope, clock)
        except (ConfigError, RenderError) as error:
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
        return self._unless_unknown(step, self._play)

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        played = self.played
        assert isinstance(played, PureKind)  # noqa: S101  (only these wait)
        return self._unless_unknown(step, lambda step: played.resume(step, woken_by))

    def _unless_unknown(self, step: StepContext, play: Any) -> Outcome:
        remark = self.node.remark
        if isinstance(step.config, _Unknown):
            return self._passed()
        outcome: Outcome
        try:
            outcome = play(step)
        except Exception as error:
            if not self.node.unknown:
                raise
            outcome = Fail(str(error))
        if isinstance(outcome, Fail) and not outcome.final and self.node.unknown:
            remark.unknown = outcome.error
            return self._passed()
        return outcome

    def _play(self, step: StepContext) -> Outcome:
        match self.played:
            case PureKind() as kind:
                self.node.remark.is_real = True
                return kind.run(step)
            case OutsideKind() as kind:
                try:
                    self.node.remark.shown = kind.freeze(step).shown
                except Exception as error:
                    return Fail(f"The call could not be prepared: {error}")
            case DatabaseKind() as kind:
                self.node.remark.shown = redact_value(step.config.model_dump(exclude_unset=True))
                # What would refuse it when publishing, if it stood there as it is rendered now.
                if problems := kind.check(step.config, path="step"):
                    reasons = (f"{each.path.removeprefix('step.')}: {each.message}" for each in problems)
                    return Fail("; ".join(reasons))
        return self._passed()

    def _passed(self) -> Outcome:
        outcomes = self.played.outcomes
        return Done(handle=outcomes[0] if outcomes else DEFAULT_HANDLE)
