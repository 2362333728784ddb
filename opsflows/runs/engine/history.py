"""What claimed runs have done so far, as far as each of them may read it: a fixed number of queries for a batch."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from opsflows.runs.engine.claim import Claim
from opsflows.runs.engine.run import OpenStep, step_entry
from opsflows.runs.engine.scopes import is_visible, iterations_around, places_around
from opsflows.runs.models import Step, Variable
from opsflows.workflows.compiled import CompiledGraph


class _Answer(NamedTuple):
    step_id: str
    iteration: str
    entry: dict[str, Any]


class History:
    """Answers, variables and open steps of runs, by run."""

    def __init__(self) -> None:
        self._answers: dict[uuid.UUID, list[_Answer]] = defaultdict(list)
        self._variables: dict[uuid.UUID, list[tuple[str, str, Any]]] = defaultdict(list)
        self._open: dict[tuple[uuid.UUID, str, str, int, int], OpenStep] = {}

    def outputs(self, claim: Claim, graph: CompiledGraph) -> dict[str, Any]:
        """What the steps answered that the claimed row may read."""
        position = claim.position
        found: dict[str, Any] = {}
        reader = graph.nodes[position.node_id].home
        for answer in self._answers.get(claim.execution_id, ()):
            node = graph.nodes.get(answer.step_id)
            if node is not None and is_visible(
                node.home,
                answer.iteration,
                reader=reader,
                reader_iteration=position.iteration,
                iterating=graph.iterating,
            ):
                found[answer.step_id] = answer.entry
        # Earlier attempts of the step itself are no input of the next.
        found.pop(position.node_id, None)
        return found

    def variables(self, claim: Claim, graph: CompiledGraph) -> dict[str, Any]:
        """The variables that the claimed row sees; nearer ones hide those further out."""
        rows = self._variables.get(claim.execution_id)
        if not rows:
            return {}
        node = graph.nodes[claim.position.node_id]
        places = {
            place: depth
            for depth, place in enumerate(places_around(node.home, claim.position.iteration, graph.iterating))
        }
        seen = sorted((row for row in rows if row[0] in places), key=lambda row: places[row[0]])
        return {name: value for _, name, value in seen}

    def open_step(self, claim: Claim) -> OpenStep | None:
        """The step row that still lacks its result, at the place where the claimed row stands."""
        at = claim.position
        return self._open.get((claim.execution_id, at.node_id, at.iteration, at.generation, at.attempt))

    def read(self, claims: Sequence[Claim], graphs: Mapping[uuid.UUID, CompiledGraph]) -> None:
        """Read what `claims` need; `graphs` by run."""
        if not claims:
            return
        ids = {claim.execution_id for claim in claims}
        iterations = {each for claim in claims for each in iterations_around(claim.position.iteration)}
        self._read_steps(ids, iterations)
        self._read_variables(ids, _places(claims, graphs))

    def _read_steps(self, ids: Iterable[uuid.UUID], iterations: Iterable[str]) -> None:
        steps = Step.objects.filter(execution_id__in=ids, iteration__in=iterations).order_by("generation", "attempt")
        for step in steps.defer("input_data", "warnings", "step_config"):
            if step.step_status in (Step.Status.RUNNING, Step.Status.WAITING):
                place = (step.execution_id, step.step_id, step.iteration, step.generation, step.attempt)
                is_wait = step.step_status == Step.Status.WAITING
                self._open[place] = OpenStep(step.id, step.step_id, step.attempt, is_wait)
            else:
                entry = step_entry(step.step_status, step.output_data, step.handle, step.error_message)
                self._answers[step.execution_id].append(_Answer(step.step_id, step.iteration, entry))

    def _read_variables(self, ids: Iterable[uuid.UUID], places: Iterable[str]) -> None:
        rows = Variable.objects.filter(execution_id__in=ids, place__in=places)
        for run, place, name, value in rows.values_list("execution_id", "place", "variable_name", "variable_value"):
            self._variables[run].append((place, name, value))


def _places(claims: Sequence[Claim], graphs: Mapping[uuid.UUID, CompiledGraph]) -> set[str]:
    places = {""}
    for claim in claims:
        graph = graphs.get(claim.execution_id)
        node = graph.nodes.get(claim.position.node_id) if graph is not None else None
        if graph is not None and node is not None and node.home:
            places.update(places_around(node.home, claim.position.iteration, graph.iterating))
    return places
