"""Pin an answer to a step: where it may be taken from, and the form in which it is looked at and changed."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.leaves import HELP, edited, leaves
from opsflows.admin_site.pairs import PairsField
from opsflows.runs.engine.shown import shown
from opsflows.runs.models import Execution, Step
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows.admin.try_state import pairs_of
from opsflows.workflows.graph import ERROR_HANDLE, Node
from opsflows.workflows.inputs import nested
from opsflows.workflows.models import Workflow
from opsflows.workflows.pin_answer import ways_out
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.reads import reads_of

#: Runs whose answers are offered, and those that are looked through for them.
_OFFERED, _LOOKED_THROUGH = 5, 20
_NOTHING, _PINNED, _TRIED = "empty", "pinned", "tried"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step could be taken to answer, and where that is from."""

    source: str
    words: str
    output: Any
    handle: str


@dataclass(frozen=True, slots=True)
class PinEditor:
    """The form for one step. `values` is what it says now."""

    node_id: str
    label: str
    choices: tuple[tuple[str, str], ...]
    source: str
    rows: SafeString
    help: str
    ways: tuple[str, ...]
    handle: str
    output: Any


def pin_editor(workflow: Workflow, node: Node, steps: Sequence[TriedStep], said: QueryDict) -> PinEditor:
    """The form for `node`, as the request filled it in, else with the first answer there is."""
    answers = {answer.source: answer for answer in _answers(workflow, node, steps)}
    chosen = answers.get(said.get("pin-source", "")) or next(iter(answers.values()))
    document = {"output": chosen.output}
    rows, handle = leaves(document), chosen.handle
    # Rows that show another answer are of no use once this one is chosen.
    if said.get("pin-rows-of") == f"{node.id} {chosen.source}":
        rows = [pair for pair in pairs_of(said, "pin") if pair[0]]
        document = edited(document, rows)
        handle = said.get("pin-handle", "")
    ways = ways_out(node)
    field: Any = PairsField()
    return PinEditor(
        node_id=node.id,
        label=node.label or node.kind,
        choices=tuple((answer.source, answer.words) for answer in answers.values()),
        source=chosen.source,
        rows=field.widget.render("pin", rows),
        help=HELP,
        ways=ways,
        handle=handle if handle in ways else ways[0],
        output=document.get("output"),
    )


def _answers(workflow: Workflow, node: Node, steps: Sequence[TriedStep]) -> Iterator[Answer]:
    if node.pinned is not None:
        handle = str(node.pinned.get("handle") or "")
        yield Answer(_PINNED, "What is pinned now", node.pinned.get("output"), handle)
    tried = next((step for step in steps if step.id == node.id), None)
    if tried is not None and tried.output is not None and tried.status != "pinned":
        yield Answer(_TRIED, "What this trial answers", shown(tried.output), tried.outcome or "")
    yield from _of_runs(workflow, node)
    yield Answer(_NOTHING, "What later steps read of it, to be filled in", _read_later(workflow, node), "")


def _read_later(workflow: Workflow, node: Node) -> dict[str, Any]:
    """The fields of its answer that other steps name, empty."""
    prefix = f"steps.{node.id}.output."
    paths = (path for each in read_graph(workflow.workflow_data).nodes for path in reads_of(each))
    # The shorter path first: what others read inside of it counts.
    return nested((path.removeprefix(prefix), None) for path in sorted(set(paths)) if path.startswith(prefix))


def _of_runs(workflow: Workflow, node: Node) -> Iterator[Answer]:
    """What the step answered in the latest runs; of a list, about its first item."""
    runs = Execution.objects.filter(workflow=workflow).order_by("-pk").values_list("pk", "started_at")
    started: Mapping[uuid.UUID, Any] = dict(runs[:_LOOKED_THROUGH])
    over = (Step.Status.COMPLETED, Step.Status.FAILED)
    rows = Step.objects.filter(
        execution__in=started, step_id=node.id, iteration__in=("", "0", "0/0"), step_status__in=over
    )
    zone = workflow.account.zone
    for step in rows.order_by("-execution_id", "-generation", "-attempt")[:_OFFERED]:
        failed = step.step_status == Step.Status.FAILED
        moment = words.exact(started[step.execution_id].astimezone(zone))
        handle = ERROR_HANDLE if failed else step.handle
        said = f"The run of {moment}{', where it failed' if failed else ''}"
        yield Answer(str(step.pk), said, shown(step.output_data), handle)
