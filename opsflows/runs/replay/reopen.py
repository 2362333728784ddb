"""A fork of a run that is taken up again: what had succeeded stays, the other branches go on from where they stood."""

from django.db.models import F, Value
from django.db.models.functions import Greatest

from opsflows.runs.engine.run import Run
from opsflows.runs.models import Branch, Fork


def reopened(run: Run) -> Fork | None:
    """The fork of the place where `run` stands, opened again; None where the run comes here for the first time.

    The caller holds the run's queue row, launches and saves.
    """
    place = run.position
    if not place.generation:
        return None
    earlier = Fork.objects.filter(
        execution=run.execution_id, node_id=place.node_id, iteration=place.iteration, status=Fork.Status.JOINED
    )
    fork = earlier.select_for_update().order_by("-generation").first()
    if fork is None:
        return None
    if run.branch is not None:
        # It adds up what failed inside once more when it joins.
        outer = Fork.objects.filter(id=run.branch.fork_id)
        outer.update(failed_steps=Greatest(F("failed_steps") - fork.failed_steps, Value(0)))
    fork.branches.exclude(status=Branch.Status.COMPLETED).update(
        status=Branch.Status.PENDING, output=None, error_message=None, completed_at=None
    )
    # The step by which each of them failed is one that did not go on; those before it did.
    fork.failed_steps = max(0, fork.failed_steps - fork.failed)
    fork.launched, fork.failed, fork.dropped = fork.done, 0, 0
    fork.status, fork.completed_at = Fork.Status.OPEN, None
    fork.generation, fork.item_id = place.generation, run.item_id
    fork.join = {**fork.join, "again": 0}
    fork.save()
    return fork
