"""The steps of a trial as its page shows them: those that were gone so far, branches inside of their fork."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from opsflows.admin_site.markup import Look, at, badge
from opsflows.runs.admin.message import ShownMessage, message_of
from opsflows.runs.admin.shown_items import gist
from opsflows.runs.admin.shown_step import WAYS, folded
from opsflows.runs.rehearsal.tried import Inside, TriedBranch, TriedStep
from opsflows.runs.trace.places import Place, place
from opsflows.workflows.graph import Graph

_LOOKS = {
    "evaluated": Look("Carried out", "done", "check_circle"),
    "would_run": Look("Would run", "running", "play_circle"),
    "would_wait": Look("Would wait", "waiting", "schedule"),
    "would_fail": Look("Would fail", "failed", "error"),
    "pinned": Look("Pinned", "attention", "keep"),
    "unknown": Look("Cannot be told", "attention", "help"),
}
_BRANCHES = {
    "completed": Look("Done", "done", "check_circle"),
    "failed": Look("Would fail", "failed", "error"),
    "dropped": Look("Given up", "off", "cancel"),
}


@dataclass(frozen=True, slots=True)
class ShownLane:
    """A branch, or an item of a list; `badge` is empty as long as it was not gone to its end."""

    name: str
    about: str
    badge: SafeString | str
    error: str
    steps: "tuple[ShownStep, ...]"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step that was tried; what came of a fork is shown when all of its branches were gone."""

    step: TriedStep
    place: Place
    look: Look
    badge: SafeString
    way: str
    at: SafeString
    until: SafeString | str
    message: ShownMessage | None
    input: SafeString | None
    output: SafeString | None
    error: str
    is_over: bool
    is_pinned: bool
    is_last: bool
    lanes: tuple[ShownLane, ...]


def shown_steps(steps: Sequence[TriedStep], count: int, graph: Graph) -> tuple[ShownStep, ...]:
    """The first `count` of `steps`."""
    return _Shown(steps, count, graph).at(())


class _Shown:
    def __init__(self, steps: Sequence[TriedStep], count: int, graph: Graph) -> None:
        self._gone, self._later, self._graph = steps[:count], steps[count:], graph

    def at(self, inside: Inside) -> tuple[ShownStep, ...]:
        return tuple(self._step(step) for step in self._gone if step.inside == inside)

    def _step(self, step: TriedStep) -> ShownStep:
        node = self._graph.by_id.get(step.id)
        is_over = not any(later.inside[: len(step.inside) + 1] in self._ways(step) for later in self._later)
        return ShownStep(
            step=step,
            place=place(step.id, step.label, step.kind),
            look=_LOOKS[step.status],
            badge=badge(_LOOKS[step.status]),
            way=self._way(step) if is_over else "",
            at=at(step.at),
            until=at(step.until) if step.until else "",
            message=message_of(step.kind, step.input),
            input=folded(step.input),
            output=None if step.explanation or not is_over else folded(step.output),
            error=(step.error or "") if is_over else "",
            is_over=is_over,
            is_pinned=node is not None and node.pinned is not None,
            is_last=bool(self._gone) and step is self._gone[-1],
            lanes=tuple(self._lane(step, branch) for branch in step.branches if self._is_begun(step, branch)),
        )

    def _lane(self, step: TriedStep, branch: TriedBranch) -> ShownLane:
        inside = (*step.inside, (step.id, branch.position))
        is_over = not any(later.inside[: len(inside)] == inside for later in self._later)
        return ShownLane(
            name=f"Item {branch.position + 1}" if step.is_list else branch.handle,
            about=gist(branch.item) if step.is_list else "",
            badge=badge(_BRANCHES[branch.status]) if is_over else "",
            error=(branch.error or "") if is_over else "",
            steps=self.at(inside),
        )

    def _is_begun(self, step: TriedStep, branch: TriedBranch) -> bool:
        """Whether a step of it is shown, or it has none and those before it are over."""
        inside = (*step.inside, (step.id, branch.position))
        if any(gone.inside[: len(inside)] == inside for gone in self._gone):
            return True
        return not any(later.inside[: len(inside)] <= inside and self._is_in(later, step) for later in self._later)

    def _is_in(self, other: TriedStep, step: TriedStep) -> bool:
        return other.inside[: len(step.inside) + 1] in self._ways(step)

    def _ways(self, step: TriedStep) -> set[Inside]:
        return {(*step.inside, (step.id, branch.position)) for branch in step.branches}

    def _way(self, step: TriedStep) -> str:
        handle = step.outcome or ""
        return WAYS.get(handle, handle) if handle not in ("", "done", "stopped") else ""


def ends_in_words(status: str, error: str | None) -> tuple[Look, str]:
    """How the run would end."""
    match status:
        case "completed":
            return Look("Would be done", "done", "check_circle"), ""
        case "timeout":
            return Look("Would time out", "failed", "timer_off"), error or ""
        case _:
            return Look("Would fail", "failed", "error"), error or ""


def title_of(step: TriedStep) -> str:
    """What a step is called in a line, with the item that it is about."""
    numbers = ".".join(str(int(part) + 1) for part in step.iteration.split("/")) if step.iteration else ""
    return f"{step.label} (item {numbers})" if numbers else step.label
