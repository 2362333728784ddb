"""The flow of a run's own version as a picture, coloured by what became of each step."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.safestring import SafeString

from opsflows.runs.admin.shown_step import ShownStep
from opsflows.runs.models import Step
from opsflows.runs.trace import Trace
from opsflows.studio.picture.draw import draw


def run_picture(found: Trace, steps: Iterable[ShownStep]) -> SafeString:
    """The picture beside the timeline; a click on a step leads to it there. Reads nothing but what the trace holds.

    Of the steps that are done for each item of a list no page reads all rows, so they have a colour only where one item
    is opened; before that they lead to the step that goes through the list.
    """
    shown = {each.step.place.node_id: each for each in _all(steps)}
    looks = {node_id: _look(each) for node_id, each in shown.items()}
    links = {node_id: f"#step-{node_id}" for node_id in shown}
    is_over = found.is_over
    for node in found.plan.graph.nodes:
        forks = [fork for fork, _ in found.plan.homes.get(node.id, ())]
        lists = [fork for fork in forks if fork in found.plan.iterating]
        if node.is_trigger:
            looks[node.id] = "done"
        elif node.id in shown:
            continue
        elif lists and not found.opened:
            links |= {node.id: f"#step-{lists[0]}"} if lists[0] in shown else {}
            looks |= {node.id: "skipped"} if is_over and lists[0] not in shown else {}
        elif is_over and not found.opened:
            looks[node.id] = "skipped"
    called = f"The flow, as {found.execution.version}, coloured by what happened"
    return draw(_data(found), looks=looks, links=links, title=called)


def _data(found: Trace) -> Mapping[str, Any]:
    data: Mapping[str, Any] = found.execution.version.workflow_data
    return data


def _all(steps: Iterable[ShownStep]) -> Iterator[ShownStep]:
    for step in steps:
        yield step
        for lane in step.lanes:
            yield from _all(lane.steps)


def _look(shown: ShownStep) -> str:
    skipped = shown.step.last.step_status == Step.Status.SKIPPED
    return "skipped" if skipped else shown.look.tone
